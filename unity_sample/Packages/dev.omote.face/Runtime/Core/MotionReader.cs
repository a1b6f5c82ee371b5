using System;

namespace Omote
{
    /// <summary>
    /// What the face does, frame by frame: the composed motion of every layer, to move something else alike.
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

        /// <summary>Why there is none, for people; empty while there is.</summary>
        public string Problem => _motions.Problem.Length > 0 ? _motions.Problem : _refusal;

        /// <summary>Take over the newest motion, once; allocates nothing.</summary>
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

        /// <summary>Wait for the next one.</summary>
        /// <param name="milliseconds">At most so long.</param>
        public bool Wait(int milliseconds) => _motions.Wait(milliseconds);

        public void Dispose() => _motions.Dispose();
    }
}
