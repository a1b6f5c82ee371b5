using System;
using System.Text;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// Keeps the newest message of one topic of the runtime's publish port; older ones are overwritten, so no queue
    /// can grow. A thread receives; the methods never block, except <see cref="Wait"/>.
    /// </summary>
    public sealed class ZmqSubscriber : IDisposable
    {
        /// <summary>Bytes of a topic, with which every message begins.</summary>
        public const int TopicBytes = 8;

        readonly object _gate = new object();
        readonly byte[] _topic;
        readonly int _maxBytes;
        readonly ZmtpLink _link;
        byte[] _incoming = new byte[0];
        byte[] _newest = new byte[0];
        int _length = -1;
        long _refused, _skipped;

        /// <param name="address">For example <see cref="Ports.PublishAddress"/>.</param>
        /// <param name="topic">Eight letters: OMOTEFRM, OMOTESTA, OMOTEMOT or OMOTEBEL.</param>
        /// <param name="maxBytes">A longer message closes the connection, which then reconnects.</param>
        /// <exception cref="ArgumentException">The address is malformed.</exception>
        public ZmqSubscriber(string address, string topic, int maxBytes)
        {
            _topic = Encoding.ASCII.GetBytes(topic);
            if (_topic.Length != TopicBytes)
            {
                throw new ArgumentException("got the topic '" + topic + "', expected eight letters");
            }
            _maxBytes = maxBytes;
            _link = new ZmtpLink(address, "SUB", "PUB XPUB", Serve);
            _link.Start();
        }

        /// <summary>The reason why nothing arrives, as text; empty while connected.</summary>
        public string Problem => _link.Problem;

        /// <summary>Messages of another topic, or with more than one part.</summary>
        public long Refused => Interlocked.Read(ref _refused);

        /// <summary>Messages that were overwritten before they were read.</summary>
        public long Skipped => Interlocked.Read(ref _skipped);

        /// <summary>Takes the newest message; its buffer is exchanged for one that is no longer needed.</summary>
        /// <param name="buffer">Any buffer, or null; becomes the message, topic included.</param>
        /// <param name="length">The message's bytes; the buffer may be longer.</param>
        /// <returns>False: there is no new message, and no buffer was exchanged.</returns>
        public bool TryTake(ref byte[] buffer, out int length)
        {
            lock (_gate)
            {
                length = _length;
                if (length < 0) return false;
                byte[] taken = _newest;
                _newest = buffer ?? new byte[0];
                buffer = taken;
                _length = -1;
                return true;
            }
        }

        /// <summary>Waits for a message.</summary>
        /// <param name="milliseconds">Timeout.</param>
        /// <returns>Whether there is one.</returns>
        public bool Wait(int milliseconds)
        {
            lock (_gate)
            {
                if (_length < 0) Monitor.Wait(_gate, milliseconds);
                return _length >= 0;
            }
        }

        public void Dispose() => _link.Dispose();

        void Serve(ZmtpConnection connection)
        {
            var subscribe = new byte[1 + TopicBytes]; // a message of 1 and the topic
            subscribe[0] = 1;
            Buffer.BlockCopy(_topic, 0, subscribe, 1, TopicBytes);
            connection.Send(subscribe, subscribe.Length);
            while (true)
            {
                int length = connection.Receive(ref _incoming, _maxBytes);
                if (length < TopicBytes || !IsTopic())
                {
                    Interlocked.Increment(ref _refused);
                    continue;
                }
                lock (_gate)
                {
                    if (_length >= 0) Interlocked.Increment(ref _skipped);
                    byte[] free = _newest;
                    _newest = _incoming;
                    _incoming = free;
                    _length = length;
                    Monitor.PulseAll(_gate);
                }
            }
        }

        bool IsTopic()
        {
            for (int i = 0; i < TopicBytes; i++)
            {
                if (_incoming[i] != _topic[i]) return false;
            }
            return true;
        }
    }
}
