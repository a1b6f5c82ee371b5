using System;
using UnityEngine;

namespace Omote
{
    /// <summary>Where both eyes look, relative to the head; each field can be animated.</summary>
    [Serializable]
    public struct GazeValues
    {
        /// <summary>Degrees, + to the subject's left.</summary>
        [Range(-45, 45), Tooltip("Degrees, + to the subject's left.")]
        public float yaw;

        /// <summary>Degrees, + up.</summary>
        [Range(-34, 34), Tooltip("Degrees, + up.")]
        public float pitch;

        internal void PutInto(ControlMessage message)
        {
            Layers.Put(message, Channels.Gaze, 0, yaw * Layers.Radian);
            Layers.Put(message, Channels.Gaze, 1, pitch * Layers.Radian);
        }
    }
}
