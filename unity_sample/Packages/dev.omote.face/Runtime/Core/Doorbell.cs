using System;

namespace Omote
{
    /// <summary>
    /// Rings when a frame has been written to shared memory. Engines need none: they look once a picture.
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

        /// <summary>Why it does not ring, for people; empty while connected.</summary>
        public string Problem => _bell.Problem;

        /// <summary>Wait for the next ring.</summary>
        /// <param name="milliseconds">At most so long.</param>
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
