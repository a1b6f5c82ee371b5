using System;

namespace Omote
{
    /// <summary>What came over the wire is not what docs/protocol.md says; the message has got and expected.</summary>
    public sealed class ProtocolException : Exception
    {
        public ProtocolException(string message) : base(message) { }

        public ProtocolException(string message, Exception inner) : base(message, inner) { }
    }
}
