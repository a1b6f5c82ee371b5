using System;

namespace Omote
{
    /// <summary>The layers that a controller drives; others keep their drivers.</summary>
    [Flags]
    public enum DrivenLayers
    {
        None = 0,
        Pose = 1,
        Expression = 2,
        Gaze = 4,
        Emotion = 8,
        View = 16,
    }
}
