namespace Omote
{
    /// <summary>How values go to the runtime.</summary>
    public enum ControlRoad
    {
        /// <summary>Full precision; the connection shows whether a runtime is running.</summary>
        ZeroMq,

        /// <summary>UDP: never blocks, and delivery is not confirmed.</summary>
        Osc,
    }
}
