using System;

namespace Omote
{
    /// <summary>The runtime's status, once a second.</summary>
    public sealed class StatusReader : IDisposable
    {
        readonly ZmqSubscriber _statuses;
        readonly MessagePackReader _reader = new MessagePackReader();
        byte[] _message;
        string _refusal = "";

        /// <param name="address">The runtime's publish port.</param>
        public StatusReader(string address = Ports.PublishAddress)
        {
            _statuses = new ZmqSubscriber(address, "OMOTESTA", Reply.MaxBytes);
        }

        /// <summary>The reason why there is none, as text; empty while there is one.</summary>
        public string Problem => _statuses.Problem.Length > 0 ? _statuses.Problem : _refusal;

        /// <summary>Takes the newest status, once.</summary>
        public bool TryTake(out Status status)
        {
            status = null;
            if (!_statuses.TryTake(ref _message, out int length)) return false;
            try
            {
                _reader.Reset(_message, ZmqSubscriber.TopicBytes, length - ZmqSubscriber.TopicBytes);
                status = Status.Read(_reader);
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
        public bool Wait(int milliseconds) => _statuses.Wait(milliseconds);

        public void Dispose() => _statuses.Dispose();
    }
}
