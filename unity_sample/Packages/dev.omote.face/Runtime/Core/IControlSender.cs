using System;

namespace Omote
{
    /// <summary>
    /// A road for control messages. Never blocks and never throws once made; what nobody takes is forgotten, as
    /// only the newest values matter. Belongs to one thread.
    /// </summary>
    public interface IControlSender : IDisposable
    {
        /// <summary>Why nothing arrives, for people, as far as the road can tell; else empty.</summary>
        string Problem { get; }

        /// <summary>Send a message's values as they are now.</summary>
        void Send(ControlMessage message);
    }
}
