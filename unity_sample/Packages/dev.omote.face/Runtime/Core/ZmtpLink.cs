using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// Keeps a connection open: a thread connects, serves, and reconnects after a failure.
    /// <see cref="Dispose"/> stops the thread and waits for it, so that no thread is left when the editor unloads
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
        /// Runs on the link's thread while the connection is open; it ends by any exception of the
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

        /// <summary>The reason why there is no connection, as text; empty while connected.</summary>
        public string Problem => _problem;

        public bool IsConnected => _isConnected;

        public bool IsStopping => _stop.IsCancellationRequested;

        /// <summary>Call once, when <c>serve</c>'s dependencies are initialised.</summary>
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
