using System;
using UnityEngine;

namespace Omote
{
    /// <summary>The 52 ARKit coefficients, 0 to 1, in wire order; each field can be animated.</summary>
    [Serializable]
    public struct ExpressionValues
    {
        [Range(0, 1)]
        public float
            eyeBlinkLeft, eyeLookDownLeft, eyeLookInLeft, eyeLookOutLeft, eyeLookUpLeft, eyeSquintLeft,
            eyeWideLeft, eyeBlinkRight, eyeLookDownRight, eyeLookInRight, eyeLookOutRight, eyeLookUpRight,
            eyeSquintRight, eyeWideRight;

        [Range(0, 1)]
        public float
            jawForward, jawLeft, jawRight, jawOpen, mouthClose, mouthFunnel, mouthPucker, mouthLeft,
            mouthRight, mouthSmileLeft, mouthSmileRight, mouthFrownLeft, mouthFrownRight, mouthDimpleLeft,
            mouthDimpleRight, mouthStretchLeft, mouthStretchRight, mouthRollLower, mouthRollUpper,
            mouthShrugLower, mouthShrugUpper, mouthPressLeft, mouthPressRight, mouthLowerDownLeft,
            mouthLowerDownRight, mouthUpperUpLeft, mouthUpperUpRight;

        [Range(0, 1)]
        public float
            browDownLeft, browDownRight, browInnerUp, browOuterUpLeft, browOuterUpRight;

        [Range(0, 1)]
        public float
            cheekPuff, cheekSquintLeft, cheekSquintRight, noseSneerLeft, noseSneerRight;

        [Range(0, 1)]
        public float
            tongueOut;

        internal void PutInto(ControlMessage message)
        {
            Channel[] layer = Channels.Expression;
            Layers.Put(message, layer, 0, eyeBlinkLeft);
            Layers.Put(message, layer, 1, eyeLookDownLeft);
            Layers.Put(message, layer, 2, eyeLookInLeft);
            Layers.Put(message, layer, 3, eyeLookOutLeft);
            Layers.Put(message, layer, 4, eyeLookUpLeft);
            Layers.Put(message, layer, 5, eyeSquintLeft);
            Layers.Put(message, layer, 6, eyeWideLeft);
            Layers.Put(message, layer, 7, eyeBlinkRight);
            Layers.Put(message, layer, 8, eyeLookDownRight);
            Layers.Put(message, layer, 9, eyeLookInRight);
            Layers.Put(message, layer, 10, eyeLookOutRight);
            Layers.Put(message, layer, 11, eyeLookUpRight);
            Layers.Put(message, layer, 12, eyeSquintRight);
            Layers.Put(message, layer, 13, eyeWideRight);
            Layers.Put(message, layer, 14, jawForward);
            Layers.Put(message, layer, 15, jawLeft);
            Layers.Put(message, layer, 16, jawRight);
            Layers.Put(message, layer, 17, jawOpen);
            Layers.Put(message, layer, 18, mouthClose);
            Layers.Put(message, layer, 19, mouthFunnel);
            Layers.Put(message, layer, 20, mouthPucker);
            Layers.Put(message, layer, 21, mouthLeft);
            Layers.Put(message, layer, 22, mouthRight);
            Layers.Put(message, layer, 23, mouthSmileLeft);
            Layers.Put(message, layer, 24, mouthSmileRight);
            Layers.Put(message, layer, 25, mouthFrownLeft);
            Layers.Put(message, layer, 26, mouthFrownRight);
            Layers.Put(message, layer, 27, mouthDimpleLeft);
            Layers.Put(message, layer, 28, mouthDimpleRight);
            Layers.Put(message, layer, 29, mouthStretchLeft);
            Layers.Put(message, layer, 30, mouthStretchRight);
            Layers.Put(message, layer, 31, mouthRollLower);
            Layers.Put(message, layer, 32, mouthRollUpper);
            Layers.Put(message, layer, 33, mouthShrugLower);
            Layers.Put(message, layer, 34, mouthShrugUpper);
            Layers.Put(message, layer, 35, mouthPressLeft);
            Layers.Put(message, layer, 36, mouthPressRight);
            Layers.Put(message, layer, 37, mouthLowerDownLeft);
            Layers.Put(message, layer, 38, mouthLowerDownRight);
            Layers.Put(message, layer, 39, mouthUpperUpLeft);
            Layers.Put(message, layer, 40, mouthUpperUpRight);
            Layers.Put(message, layer, 41, browDownLeft);
            Layers.Put(message, layer, 42, browDownRight);
            Layers.Put(message, layer, 43, browInnerUp);
            Layers.Put(message, layer, 44, browOuterUpLeft);
            Layers.Put(message, layer, 45, browOuterUpRight);
            Layers.Put(message, layer, 46, cheekPuff);
            Layers.Put(message, layer, 47, cheekSquintLeft);
            Layers.Put(message, layer, 48, cheekSquintRight);
            Layers.Put(message, layer, 49, noseSneerLeft);
            Layers.Put(message, layer, 50, noseSneerRight);
            Layers.Put(message, layer, 51, tongueOut);
        }
    }
}
