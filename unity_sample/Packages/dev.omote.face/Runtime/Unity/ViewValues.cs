using System;
using UnityEngine;

namespace Omote
{
    /// <summary>The camera around the face; each field can be animated.</summary>
    [Serializable]
    public struct ViewValues
    {
        /// <summary>Degrees, + moves the camera to the subject's left.</summary>
        [Range(-68, 68), Tooltip("Degrees, + moves the camera to the subject's left.")]
        public float azimuth;

        /// <summary>Degrees, + moves it up.</summary>
        [Range(-51, 51), Tooltip("Degrees, + moves the camera up.")]
        public float elevation;

        /// <summary>1 = as in the portrait.</summary>
        [Range(0.3f, 3), Tooltip("1 = as in the portrait.")]
        public float distance;

        /// <summary>The portrait's camera.</summary>
        public static ViewValues Neutral => new ViewValues { distance = 1 };

        internal void PutInto(ControlMessage message)
        {
            Layers.Put(message, Channels.View, 0, azimuth * Layers.Radian);
            Layers.Put(message, Channels.View, 1, elevation * Layers.Radian);
            Layers.Put(message, Channels.View, 2, distance);
        }
    }
}
