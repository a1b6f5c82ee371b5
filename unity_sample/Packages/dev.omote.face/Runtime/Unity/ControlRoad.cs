namespace Omote
{
    /// <summary>How values go to the runtime.</summary>
    public enum ControlRoad
    {
        /// <summary>Exact numbers, and a connection that says whether a runtime is there.</summary>
        ZeroMq,

        /// <summary>UDP, which nothing blocks and nothing confirms.</summary>
        Osc,
    }
}
