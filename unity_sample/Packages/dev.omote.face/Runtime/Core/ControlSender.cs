using System.Diagnostics;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// Control messages over ZeroMQ: full precision, and the connection shows whether a runtime is running.
    /// </summary>
    public sealed class ControlSender : IControlSender
    {
        const int Queue = 32;
        const int WaitMs = 100;
        const int LastMs = 200;

        readonly OutgoingQueue _queue = new OutgoingQueue(Queue, dropsOldest: true);
        readonly MessagePackWriter _writer = new MessagePackWriter();
        readonly ZmtpLink _link;
        byte[] _sending;
        volatile bool _isSending;

        /// <param name="address">The runtime's control port.</param>
        /// <exception cref="System.ArgumentException">The address is malformed.</exception>
        public ControlSender(string address = Ports.ControlAddress)
        {
            _link = new ZmtpLink(address, "PUSH", "PULL", Serve);
            _link.Start();
        }

        public string Problem => _link.Problem;

        /// <summary>Messages that newer ones replaced before they were sent.</summary>
        public long Dropped => _queue.Dropped;

        public void Send(ControlMessage message)
        {
            message.Encode(_writer);
            _queue.Put(_writer.Buffer, _writer.Length);
        }

        /// <summary>While connected, waits at most 0.2 s for queued messages to be sent.</summary>
        public void Dispose()
        {
            var waited = Stopwatch.StartNew();
            while (_link.IsConnected && (_isSending || !_queue.IsEmpty) && waited.ElapsedMilliseconds < LastMs)
            {
                Thread.Sleep(1);
            }
            _link.Dispose();
        }

        void Serve(ZmtpConnection connection)
        {
            while (!connection.IsClosed)
            {
                _isSending = true; // before the queue is empty, or the last message could be missed
                if (_queue.TryTake(ref _sending, out int length)) connection.Send(_sending, length);
                else if (_link.IsStopping) return;
                else
                {
                    _isSending = false;
                    _queue.Wait(WaitMs);
                }
            }
        }
    }
}
