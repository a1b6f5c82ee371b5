using System;

namespace Omote
{
    /// <summary>
    /// Signals that a frame was written to shared memory. Game engines need none: they poll once per rendered frame.
    /// </summary>
    public sealed class Doorbell : IDisposable
    {
        const int Bytes = 24;

        readonly ZmqSubscriber _bell;
        byte[] _message;

        /// <param name="address">The runtime's publish port.</param>
        public Doorbell(string address = Ports.PublishAddress)
        {
            _bell = new ZmqSubscriber(address, "OMOTEBEL", Bytes);
        }

        /// <summary>The reason why no signal arrives, as text; empty while connected.</summary>
        public string Problem => _bell.Problem;

        /// <summary>Waits for the next signal.</summary>
        /// <param name="milliseconds">Timeout.</param>
        /// <param name="sessionId">The ring's session.</param>
        /// <param name="number">The frame's number in the ring.</param>
        public bool Wait(int milliseconds, out ulong sessionId, out ulong number)
        {
            sessionId = number = 0;
            if (!_bell.Wait(milliseconds) || !_bell.TryTake(ref _message, out int length) || length != Bytes)
            {
                return false;
            }
            sessionId = BitConverter.ToUInt64(_message, 8);
            number = BitConverter.ToUInt64(_message, 16);
            return true;
        }

        public void Dispose() => _bell.Dispose();
    }
}
