namespace Omote
{
    /// <summary>How frames come from the runtime.</summary>
    public enum FrameRoad
    {
        /// <summary>Quickest; on this machine, from a runtime of the same user.</summary>
        SharedMemory,

        /// <summary>Over TCP, from a container for one.</summary>
        ZeroMq,
    }
}
