using System;
using UnityEngine;

namespace Omote
{
    /// <summary>The head's pose, in an inspector's units; each field can be animated.</summary>
    [Serializable]
    public struct PoseValues
    {
        /// <summary>Degrees, + turns the face to the subject's left.</summary>
        [Range(-68, 68), Tooltip("Degrees, + turns the face to the subject's left.")]
        public float yaw;

        /// <summary>Degrees, + looks up.</summary>
        [Range(-51, 51), Tooltip("Degrees, + looks up.")]
        public float pitch;

        /// <summary>Degrees, + tilts towards the subject's right shoulder.</summary>
        [Range(-57, 57), Tooltip("Degrees, + tilts towards the subject's right shoulder.")]
        public float roll;

        /// <summary>Portrait heights: + to the subject's left, up, towards the camera.</summary>
        [Range(-1, 1), Tooltip("Portrait heights: + to the subject's left, up, towards the camera.")]
        public float x, y, z;

        /// <summary>1 = as large as in the portrait.</summary>
        [Range(0.3f, 3), Tooltip("1 = as large as in the portrait.")]
        public float scale;

        /// <summary>The portrait's pose.</summary>
        public static PoseValues Neutral => new PoseValues { scale = 1 };

        internal void PutInto(ControlMessage message)
        {
            Layers.Put(message, Channels.Pose, 0, yaw * Layers.Radian);
            Layers.Put(message, Channels.Pose, 1, pitch * Layers.Radian);
            Layers.Put(message, Channels.Pose, 2, roll * Layers.Radian);
            Layers.Put(message, Channels.Pose, 3, x);
            Layers.Put(message, Channels.Pose, 4, y);
            Layers.Put(message, Channels.Pose, 5, z);
            Layers.Put(message, Channels.Pose, 6, scale);
        }
    }
}
