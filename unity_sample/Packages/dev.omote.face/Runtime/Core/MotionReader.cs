using System;

namespace Omote
{
    /// <summary>
    /// The face's composed motion, frame by frame, for moving other objects with it.
    /// </summary>
    public sealed class MotionReader : IDisposable
    {
        const int MaxBytes = 65536;

        readonly ZmqSubscriber _motions;
        readonly MessagePackReader _reader = new MessagePackReader();
        byte[] _message;
        string _refusal = "";

        /// <param name="address">The runtime's publish port.</param>
        public MotionReader(string address = Ports.PublishAddress)
        {
            _motions = new ZmqSubscriber(address, "OMOTEMOT", MaxBytes);
        }

        /// <summary>The reason why there is none, as text; empty while there is one.</summary>
        public string Problem => _motions.Problem.Length > 0 ? _motions.Problem : _refusal;

        /// <summary>Takes the newest motion, once; allocates nothing.</summary>
        public bool TryTake(Motion motion)
        {
            if (!_motions.TryTake(ref _message, out int length)) return false;
            try
            {
                _reader.Reset(_message, ZmqSubscriber.TopicBytes, length - ZmqSubscriber.TopicBytes);
                motion.Read(_reader);
                _refusal = "";
                return true;
            }
            catch (ProtocolException error)
            {
                _refusal = error.Message;
                return false;
            }
        }

        /// <summary>Waits for the next one.</summary>
        /// <param name="milliseconds">Timeout.</param>
        public bool Wait(int milliseconds) => _motions.Wait(milliseconds);

        public void Dispose() => _motions.Dispose();
    }
}
