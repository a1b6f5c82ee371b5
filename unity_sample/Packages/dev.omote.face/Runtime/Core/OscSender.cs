using System;
using System.Net.Sockets;
using System.Text;

namespace Omote
{
    /// <summary>
    /// Control messages as OSC over UDP: <c>/omote/pose "yaw" 0.3 "pitch" 0.1</c>, with the message's settings
    /// before it in the same bundle. UDP has no replies, so a missing runtime is not always noticed.
    /// </summary>
    public sealed class OscSender : IControlSender
    {
        static readonly string[] LayerAddresses = Array.ConvertAll(
            new[] { Layer.Pose, Layer.Expression, Layer.Gaze, Layer.Emotion, Layer.View },
            layer => "/omote/" + Channels.NameOf(layer));

        readonly OscWriter _writer = new OscWriter();
        readonly Socket _socket;
        string[] _tags = new string[8]; // by how many channels are named

        /// <param name="address">The runtime's OSC address.</param>
        /// <exception cref="ArgumentException">The address is malformed.</exception>
        public OscSender(string address = Ports.OscAddress)
        {
            var runtime = Address.Parse(address, "udp");
            _socket = new Socket(runtime.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            _socket.Connect(runtime);
            Problem = "";
        }

        public string Problem { get; private set; }

        public void Send(ControlMessage message)
        {
            _writer.BeginBundle();
            Write("/omote/source", message.Source);
            if (message.Mode == DriverMode.Add) Write("/omote/mode", "add");
            if (message.Weight != 1.0) Write("/omote/weight", (float)message.Weight);
            if (message.TtlS != 1.0) Write("/omote/ttl", (float)message.TtlS);
            if (message.Priority != 0)
            {
                _writer.BeginMessage("/omote/priority", ",i");
                _writer.Put(message.Priority);
                _writer.EndMessage();
            }
            _writer.BeginMessage(LayerAddresses[(int)message.Layer], TagsFor(message.Count));
            for (int i = 0; i < message.Count; i++)
            {
                _writer.Put(message.NameAt(i));
                _writer.Put((float)message.ValueAt(i));
            }
            _writer.EndMessage();
            // an error here is about the previous datagram: no process listens on the port
            _socket.Send(_writer.Buffer, 0, _writer.Length, SocketFlags.None, out SocketError error);
            Problem = error == SocketError.Success ? "" : "the datagram was not taken: " + error;
        }

        public void Dispose() => _socket.Dispose();

        void Write(string address, string value)
        {
            _writer.BeginMessage(address, ",s");
            _writer.Put(value);
            _writer.EndMessage();
        }

        void Write(string address, float value)
        {
            _writer.BeginMessage(address, ",f");
            _writer.Put(value);
            _writer.EndMessage();
        }

        /// <summary>",sfsf…": a name and a value for each channel.</summary>
        string TagsFor(int count)
        {
            if (count >= _tags.Length) Array.Resize(ref _tags, 2 * count);
            if (_tags[count] == null)
            {
                _tags[count] = new StringBuilder(",").Insert(1, "sf", count).ToString();
            }
            return _tags[count];
        }
    }
}
