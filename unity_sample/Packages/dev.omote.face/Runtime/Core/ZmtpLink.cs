using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// Keeps a connection: a thread of its own that connects, serves, and after a failure tries again.
    /// <see cref="Dispose"/> ends the thread and waits for it, so that nothing runs on when the editor unloads
    /// this code.
    /// </summary>
    sealed class ZmtpLink : IDisposable
    {
        const int RetryMs = 250;
        const int JoinMs = 3000;

        readonly IPEndPoint _address;
        readonly string _socketType, _peerTypes;
        readonly Action<ZmtpConnection> _serve;
        readonly CancellationTokenSource _stop = new CancellationTokenSource();
        readonly Thread _thread;
        volatile string _problem = "not connected yet";
        volatile bool _isConnected;

        /// <param name="serve">
        /// Runs on the link's thread for as long as the connection lives; it ends by any exception of the
        /// connection's methods, or by returning.
        /// </param>
        public ZmtpLink(string address, string socketType, string peerTypes, Action<ZmtpConnection> serve)
        {
            _address = Address.Parse(address, "tcp");
            _socketType = socketType;
            _peerTypes = peerTypes;
            _serve = serve;
            _thread = new Thread(Run) { IsBackground = true, Name = "omote " + socketType + " " + _address };
        }

        /// <summary>Why there is no connection, for people; empty while there is one.</summary>
        public string Problem => _problem;

        public bool IsConnected => _isConnected;

        public bool IsStopping => _stop.IsCancellationRequested;

        /// <summary>To be called once, when what <c>serve</c> needs is there.</summary>
        public void Start() => _thread.Start();

        /// <summary>Usually takes at most 0.1 s; may be called twice.</summary>
        public void Dispose()
        {
            _stop.Cancel();
            if (_thread.IsAlive) _thread.Join(JoinMs);
        }

        void Run()
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    using (var connection = new ZmtpConnection(_address, _socketType, _peerTypes, _stop.Token))
                    {
                        _problem = "";
                        _isConnected = true;
                        _serve(connection);
                    }
                    _problem = "the runtime at " + _address + " hung up";
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (Exception error) when (error is SocketException || error is ProtocolException
                                              || error is IOException || error is ObjectDisposedException)
                {
                    _problem = "no runtime at tcp://" + _address + ": " + error.Message;
                }
                _isConnected = false;
                _stop.Token.WaitHandle.WaitOne(RetryMs);
            }
        }
    }
}
