namespace Omote
{
    /// <summary>The five layers, in wire order.</summary>
    public enum Layer
    {
        Pose,
        Expression,
        Gaze,
        Emotion,
        View,
    }

    /// <summary>One value that drivers can set.</summary>
    public struct Channel
    {
        public Channel(Layer layer, string name, double neutral, double low, double high)
        {
            Layer = layer;
            Name = name;
            Neutral = neutral;
            Low = low;
            High = high;
        }

        public readonly Layer Layer;

        /// <summary>As on the wire.</summary>
        public readonly string Name;

        /// <summary>Radians, portrait heights, or a factor: docs/naming.md.</summary>
        public readonly double Neutral, Low, High;

        /// <summary>Clamps a value to the channel's range; NaN becomes neutral.</summary>
        public double Limited(double value) =>
            double.IsNaN(value) ? Neutral : value < Low ? Low : value > High ? High : value;
    }

    /// <summary>
    /// The channels of the five layers, in wire order: the order of a status's and a motion's values.
    /// Must match protocol/channels.py.
    /// </summary>
    public static class Channels
    {
        static readonly string[] LayerNames = { "pose", "expression", "gaze", "emotion", "view" };
        static readonly string[] Emotions =
        {
            "happy", "sad", "angry", "surprised", "afraid", "disgusted", "contemptuous", "relaxed",
        };

        /// <summary>The 52 ARKit coefficients.</summary>
        public static readonly string[] Blendshapes = (
            "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft"
            + " eyeWideLeft eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight"
            + " eyeSquintRight eyeWideRight jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel"
            + " mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight"
            + " mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower"
            + " mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft"
            + " mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp"
            + " browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft"
            + " noseSneerRight tongueOut").Split(' ');

        public static readonly Channel[] Pose =
        {
            new Channel(Layer.Pose, "yaw", 0, -1.2, 1.2), // + turns the face to the subject's left, radians
            new Channel(Layer.Pose, "pitch", 0, -0.9, 0.9), // + looks up
            new Channel(Layer.Pose, "roll", 0, -1, 1), // + tilts towards the subject's right shoulder
            new Channel(Layer.Pose, "x", 0, -1, 1), // + to the subject's left, portrait heights
            new Channel(Layer.Pose, "y", 0, -1, 1), // + up
            new Channel(Layer.Pose, "z", 0, -1, 1), // + towards the camera
            new Channel(Layer.Pose, "scale", 1, 0.3, 3), // 1 = as in the portrait
        };

        public static readonly Channel[] Expression = Coefficients(Layer.Expression, Blendshapes);

        public static readonly Channel[] Gaze =
        {
            new Channel(Layer.Gaze, "yaw", 0, -0.8, 0.8), // + both eyes to the subject's left, radians
            new Channel(Layer.Gaze, "pitch", 0, -0.6, 0.6), // + up
        };

        public static readonly Channel[] Emotion = Joined(
            Coefficients(Layer.Emotion, Emotions),
            new[]
            {
                new Channel(Layer.Emotion, "valence", 0, -1, 1),
                new Channel(Layer.Emotion, "arousal", 0, -1, 1),
            });

        public static readonly Channel[] View =
        {
            new Channel(Layer.View, "azimuth", 0, -1.2, 1.2), // + the camera to the subject's left, radians
            new Channel(Layer.View, "elevation", 0, -0.9, 0.9), // + the camera up
            new Channel(Layer.View, "distance", 1, 0.3, 3), // 1 = as in the portrait
        };

        public static readonly Channel[] All = Joined(Pose, Expression, Gaze, Emotion, View);

        /// <summary>A layer's channels.</summary>
        public static Channel[] Of(Layer layer)
        {
            switch (layer)
            {
                case Layer.Pose: return Pose;
                case Layer.Expression: return Expression;
                case Layer.Gaze: return Gaze;
                case Layer.Emotion: return Emotion;
                default: return View;
            }
        }

        /// <summary>A layer's name on the wire.</summary>
        public static string NameOf(Layer layer) => LayerNames[(int)layer];

        /// <exception cref="ProtocolException">There is no such layer.</exception>
        public static Layer LayerOf(string name)
        {
            int index = System.Array.IndexOf(LayerNames, name);
            if (index < 0) throw new ProtocolException("got the layer '" + name + "', expected one of the five");
            return (Layer)index;
        }

        static Channel[] Coefficients(Layer layer, string[] names) =>
            System.Array.ConvertAll(names, name => new Channel(layer, name, 0, 0, 1));

        static Channel[] Joined(params Channel[][] parts)
        {
            var all = new System.Collections.Generic.List<Channel>();
            foreach (Channel[] part in parts) all.AddRange(part);
            return all.ToArray();
        }
    }
}
