using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// One connection that speaks ZMTP 3.0 without encryption: greeting, handshake, and messages of one part.
    /// Every wait checks the stop signal ten times a second, because closing a socket does not wake its
    /// reader on every platform. Source: rfc.zeromq.org/spec/23.
    /// </summary>
    sealed class ZmtpConnection : IDisposable
    {
        const int TickMs = 100;
        const int HandshakeMs = 2000;
        const int MiddleMs = 5000; // timeout within a message
        const int MaxCommandBytes = 1024;
        const int FirstBytes = 1 << 20; // largest buffer allocated before the announced bytes arrive
        const byte More = 1, Long = 2, Command = 4;

        readonly Socket _socket;
        readonly CancellationToken _stop;
        readonly byte[] _head = new byte[9];
        readonly byte[] _sendHead = new byte[9];

        /// <summary>Connect and shake hands.</summary>
        /// <param name="socketType">What this end is: SUB, PUSH or DEALER.</param>
        /// <param name="peerTypes">What the other end may be, separated by spaces.</param>
        /// <param name="stop">Ends every wait, with an OperationCanceledException.</param>
        /// <exception cref="SocketException">The connection failed or was closed.</exception>
        /// <exception cref="ProtocolException">The peer does not speak the expected protocol.</exception>
        public ZmtpConnection(IPEndPoint address, string socketType, string peerTypes, CancellationToken stop)
        {
            _stop = stop;
            _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                _socket.NoDelay = true;
                _socket.ReceiveTimeout = TickMs;
                _socket.SendTimeout = TickMs;
                Connect(address);
                Greet();
                SendReady(socketType);
                CheckReady(peerTypes);
            }
            catch
            {
                _socket.Dispose();
                throw;
            }
        }

        /// <summary>Whether the peer has closed the connection; data it sent before may still be readable.</summary>
        public bool IsClosed => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

        /// <summary>Whether data is readable, or becomes so within a time.</summary>
        /// <param name="waitMs">Milliseconds, at most 100.</param>
        public bool HasInput(int waitMs) => _socket.Poll(waitMs * 1000, SelectMode.SelectRead);

        /// <summary>Send one message of one part.</summary>
        public void Send(byte[] message, int length) => SendFrame(0, message, length);

        /// <summary>Receive the next message into <paramref name="buffer"/>, which grows where needed.</summary>
        /// <param name="maxBytes">A longer message closes the connection.</param>
        /// <returns>The message's length; -1 for a multipart message, which Omote does not use.</returns>
        public int Receive(ref byte[] buffer, int maxBytes)
        {
            bool hasParts = false;
            while (true)
            {
                int flags = ReceiveFrame(ref buffer, maxBytes, MiddleMs, Timeout.Infinite, out int length);
                if ((flags & Command) != 0) continue;
                if ((flags & More) == 0) return hasParts ? -1 : length;
                hasParts = true;
            }
        }

        public void Dispose() => _socket.Dispose();

        void Connect(IPEndPoint address)
        {
            IAsyncResult connecting = _socket.BeginConnect(address, null, null);
            int waitedMs = 0;
            while (!connecting.AsyncWaitHandle.WaitOne(TickMs))
            {
                _stop.ThrowIfCancellationRequested();
                waitedMs += TickMs;
                if (waitedMs >= HandshakeMs) throw new SocketException((int)SocketError.TimedOut);
            }
            _socket.EndConnect(connecting);
        }

        /// <summary>
        /// "greeting = signature version mechanism as-server filler", 64 bytes both ways: FF, eight bytes, 7F;
        /// 3, 0; "NULL" in 20 bytes; 0; 31 zeros.
        /// </summary>
        void Greet()
        {
            var ours = new byte[64];
            ours[0] = 0xFF;
            ours[9] = 0x7F;
            ours[10] = 3;
            Encoding.ASCII.GetBytes("NULL", 0, 4, ours, 12);
            SendAll(ours, ours.Length);
            var theirs = new byte[64];
            ReceiveAll(theirs, 0, theirs.Length, HandshakeMs, HandshakeMs);
            if (theirs[0] != 0xFF || (theirs[9] & 1) == 0 || theirs[10] < 3)
            {
                throw new ProtocolException("what listens there does not speak ZeroMQ 3; is it the right port?");
            }
            string mechanism = Encoding.ASCII.GetString(theirs, 12, 20).TrimEnd('\0');
            if (mechanism != "NULL")
            {
                throw new ProtocolException("the runtime asks for " + Printable(mechanism)
                    + " keys, which this client does not have; run both on one machine, or tunnel the port");
            }
        }

        /// <summary>"ready = command-size %d5 'READY' metadata"; a property is name and value with lengths.</summary>
        void SendReady(string socketType)
        {
            var ready = new byte[6 + 12 + 4 + socketType.Length];
            ready[0] = 5;
            Encoding.ASCII.GetBytes("READY", 0, 5, ready, 1);
            ready[6] = 11;
            Encoding.ASCII.GetBytes("Socket-Type", 0, 11, ready, 7);
            ready[21] = (byte)socketType.Length;
            Encoding.ASCII.GetBytes(socketType, 0, socketType.Length, ready, 22);
            SendFrame(Command, ready, ready.Length);
        }

        void CheckReady(string peerTypes)
        {
            var command = new byte[64];
            int flags = ReceiveFrame(ref command, MaxCommandBytes, HandshakeMs, HandshakeMs, out int length);
            string text = Encoding.ASCII.GetString(command, 0, length);
            if ((flags & Command) == 0 || !text.StartsWith("\u0005READY", StringComparison.Ordinal))
            {
                throw new ProtocolException("got " + Printable(text) + ", expected ZeroMQ's READY");
            }
            int at = text.IndexOf("\u000BSocket-Type\0\0\0", StringComparison.OrdinalIgnoreCase) + 15;
            int size = at >= 15 && at < length ? command[at] : 0;
            string type = size > 0 && at + 1 + size <= length ? text.Substring(at + 1, size) : "";
            if (Array.IndexOf(peerTypes.Split(' '), type) < 0)
            {
                throw new ProtocolException("got a socket of type '" + Printable(type) + "', expected "
                    + peerTypes + "; is it the right port?");
            }
        }

        /// <summary>"frame = flags (short-size | long-size) octets"; the long size has eight bytes, big end first.</summary>
        void SendFrame(byte flags, byte[] body, int length)
        {
            bool isLong = length > 255;
            int headBytes = isLong ? 9 : 2;
            _sendHead[0] = (byte)(flags | (isLong ? Long : 0));
            for (int i = 1; i < headBytes; i++) _sendHead[i] = (byte)((ulong)length >> 8 * (headBytes - 1 - i));
            SendAll(_sendHead, headBytes);
            SendAll(body, length);
        }

        int ReceiveFrame(ref byte[] buffer, int maxBytes, int silenceMs, int firstMs, out int length)
        {
            ReceiveAll(_head, 0, 1, silenceMs, firstMs);
            int flags = _head[0];
            if ((flags & ~(More | Long | Command)) != 0 || (flags & (Command | More)) == (Command | More))
            {
                throw new ProtocolException("got a frame with flags " + flags + ", which ZeroMQ does not have");
            }
            int sizeBytes = (flags & Long) != 0 ? 8 : 1;
            ReceiveAll(_head, 1, sizeBytes, silenceMs, silenceMs);
            ulong size = 0;
            for (int i = 1; i <= sizeBytes; i++) size = size << 8 | _head[i];
            if (size > (ulong)maxBytes)
            {
                throw new ProtocolException("got a message of " + size + " bytes, expected at most " + maxBytes);
            }
            length = (int)size;
            for (int done = 0; done < length;)
            {
                // the length is untrusted: the buffer grows with the bytes received
                int room = Math.Min(length, Math.Max(2 * done, FirstBytes));
                if (buffer == null || buffer.Length < room) Array.Resize(ref buffer, room);
                int next = Math.Min(length, buffer.Length);
                ReceiveAll(buffer, done, next - done, silenceMs, silenceMs);
                done = next;
            }
            return flags;
        }

        void ReceiveAll(byte[] buffer, int offset, int count, int silenceMs, int firstMs)
        {
            int waitedMs = 0;
            int patienceMs = firstMs;
            while (count > 0)
            {
                _stop.ThrowIfCancellationRequested();
                int got = _socket.Receive(buffer, offset, count, SocketFlags.None, out SocketError error);
                if (IsTick(error))
                {
                    waitedMs += TickMs;
                    if (patienceMs != Timeout.Infinite && waitedMs >= patienceMs)
                    {
                        throw new SocketException((int)SocketError.TimedOut);
                    }
                    continue;
                }
                if (error != SocketError.Success) throw new SocketException((int)error);
                if (got == 0) throw new SocketException((int)SocketError.ConnectionReset);
                offset += got;
                count -= got;
                waitedMs = 0;
                patienceMs = silenceMs;
            }
        }

        void SendAll(byte[] buffer, int count)
        {
            int waitedMs = 0;
            for (int done = 0; done < count;)
            {
                _stop.ThrowIfCancellationRequested();
                int sent = _socket.Send(buffer, done, count - done, SocketFlags.None, out SocketError error);
                if (IsTick(error))
                {
                    waitedMs += TickMs;
                    if (waitedMs >= MiddleMs) throw new SocketException((int)SocketError.TimedOut);
                }
                else if (error != SocketError.Success)
                {
                    throw new SocketException((int)error);
                }
                done += sent;
            }
        }

        static bool IsTick(SocketError error) =>
            error == SocketError.TimedOut || error == SocketError.WouldBlock || error == SocketError.Interrupted;

        static string Printable(string text)
        {
            var shown = new StringBuilder();
            for (int i = 0; i < text.Length && i < 40; i++) shown.Append(text[i] >= ' ' ? text[i] : '.');
            return shown.ToString();
        }
    }
}
