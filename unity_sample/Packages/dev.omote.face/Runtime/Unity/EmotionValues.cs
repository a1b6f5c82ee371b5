using System;
using UnityEngine;

namespace Omote
{
    /// <summary>The emotion layer's values; each field can be animated.</summary>
    [Serializable]
    public struct EmotionValues
    {
        [Range(0, 1)]
        public float happy, sad, angry, surprised, afraid, disgusted, contemptuous, relaxed;

        /// <summary>+ more pleasant, + more awake.</summary>
        [Range(-1, 1), Tooltip("+ more pleasant, + more awake.")]
        public float valence, arousal;

        internal void PutInto(ControlMessage message)
        {
            Channel[] layer = Channels.Emotion;
            Layers.Put(message, layer, 0, happy);
            Layers.Put(message, layer, 1, sad);
            Layers.Put(message, layer, 2, angry);
            Layers.Put(message, layer, 3, surprised);
            Layers.Put(message, layer, 4, afraid);
            Layers.Put(message, layer, 5, disgusted);
            Layers.Put(message, layer, 6, contemptuous);
            Layers.Put(message, layer, 7, relaxed);
            Layers.Put(message, layer, 8, valence);
            Layers.Put(message, layer, 9, arousal);
        }
    }
}
