using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// Sends commands to the runtime and receives one reply for each. <see cref="Send"/> and <see cref="TryTake"/>
    /// never block. <see cref="Request"/> blocks: use it in tools, not once per frame.
    /// </summary>
    public sealed class CommandClient : IDisposable
    {
        const int Queue = 32;
        const int TickMs = 10;

        readonly OutgoingQueue _commands = new OutgoingQueue(Queue, dropsOldest: false);
        readonly Queue<Reply> _replies = new Queue<Reply>();
        readonly MessagePackWriter _writer = new MessagePackWriter();
        readonly ZmtpLink _link;
        byte[] _sending, _receiving;
        long _number;
        volatile string _refusal = "";

        /// <param name="address">The runtime's request port.</param>
        /// <exception cref="ArgumentException">The address is malformed.</exception>
        public CommandClient(string address = Ports.RequestAddress)
        {
            _link = new ZmtpLink(address, "DEALER", "ROUTER", Serve);
            _link.Start();
        }

        /// <summary>The reason why no reply arrives, as text; empty while connected.</summary>
        public string Problem => _link.Problem.Length > 0 ? _link.Problem : _refusal;

        /// <summary>Queues a command; it is sent once a runtime is connected.</summary>
        /// <returns>The request id of its reply; null when 32 commands are queued already.</returns>
        public string Send(Command command)
        {
            if (command.RequestId.Length == 0)
            {
                string id = (++_number).ToString(CultureInfo.InvariantCulture);
                command = new Command(command.Name, command.Argument, id);
            }
            command.Encode(_writer);
            return _commands.Put(_writer.Buffer, _writer.Length) ? command.RequestId : null;
        }

        /// <summary>Takes the next received reply.</summary>
        public bool TryTake(out Reply reply)
        {
            lock (_replies)
            {
                reply = _replies.Count > 0 ? _replies.Dequeue() : null;
                return reply != null;
            }
        }

        /// <summary>Send a command and wait for its reply; other replies are dropped meanwhile.</summary>
        /// <exception cref="TimeoutException">No reply arrived in time; the message says what to do.</exception>
        public Reply Request(Command command, int timeoutMs)
        {
            string id = Send(command);
            var waited = Stopwatch.StartNew();
            while (id != null && waited.ElapsedMilliseconds < timeoutMs)
            {
                while (TryTake(out Reply reply))
                {
                    // the reply to an undecodable command carries no request id
                    if (reply.RequestId == id || reply.RequestId.Length == 0) return reply;
                }
                Thread.Sleep(1);
            }
            throw new TimeoutException("no reply to '" + command.Name + "' within " + timeoutMs + " ms ("
                + Problem + "); start the runtime with: omote run");
        }

        public void Dispose() => _link.Dispose();

        void Serve(ZmtpConnection connection)
        {
            while (!_link.IsStopping)
            {
                while (_commands.TryTake(ref _sending, out int length)) connection.Send(_sending, length);
                if (!connection.HasInput(TickMs)) continue;
                int received = connection.Receive(ref _receiving, Reply.MaxBytes);
                try
                {
                    Keep(Reply.Decode(_receiving, Math.Max(received, 0)));
                }
                catch (ProtocolException error)
                {
                    _refusal = error.Message;
                }
            }
        }

        void Keep(Reply reply)
        {
            lock (_replies)
            {
                if (_replies.Count == Queue) _replies.Dequeue(); // nobody takes them
                _replies.Enqueue(reply);
            }
            _refusal = "";
        }
    }
}
