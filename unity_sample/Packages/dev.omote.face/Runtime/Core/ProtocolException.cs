using System;

namespace Omote
{
    /// <summary>A received message violates docs/protocol.md; the text says got and expected.</summary>
    public sealed class ProtocolException : Exception
    {
        public ProtocolException(string message) : base(message) { }

        public ProtocolException(string message, Exception inner) : base(message, inner) { }
    }
}
