namespace Omote
{
    /// <summary>How frames come from the runtime.</summary>
    public enum FrameRoad
    {
        /// <summary>Shared memory: fastest; needs a runtime of the same user on this machine.</summary>
        SharedMemory,

        /// <summary>ZeroMQ over TCP, for example from a container.</summary>
        ZeroMq,
    }
}
