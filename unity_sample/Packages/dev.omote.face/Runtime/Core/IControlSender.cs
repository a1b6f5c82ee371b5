using System;

namespace Omote
{
    /// <summary>
    /// Sends control messages. Never blocks, and never throws after construction. Unsent messages are dropped, as
    /// only the newest values matter. Use it on one thread.
    /// </summary>
    public interface IControlSender : IDisposable
    {
        /// <summary>The reason why nothing arrives, as text, if the transport can tell; else empty.</summary>
        string Problem { get; }

        /// <summary>Sends a message's current values.</summary>
        void Send(ControlMessage message);
    }
}
