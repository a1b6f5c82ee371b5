// Smile and turn the head for three seconds, over OSC: mcs examples/csharp/Drive.cs && mono examples/csharp/Drive.exe 9570
using System;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;

static class Drive
{
    // A text of OSC: zeros follow, at least one, up to the next multiple of four bytes.
    static byte[] Text(string text) => Encoding.ASCII.GetBytes(text.PadRight((text.Length / 4 + 1) * 4, '\0'));

    static byte[] Message(string address, float value) =>
        Text(address).Concat(Text(",f")).Concat(BitConverter.GetBytes(value).Reverse()).ToArray(); // big-endian

    static void Main(string[] given)
    {
        int port = given.Length > 0 ? int.Parse(given[0]) : 9570;
        using (var socket = new UdpClient())
            for (int step = 0; step < 180; step++, Thread.Sleep(16))
            {
                byte[] turn = Message("/omote/pose/yaw", 0.3f * (float)Math.Sin(step / 20.0)); // radians
                byte[] smile = Message("/omote/emotion/happy", 1);
                socket.Send(turn, turn.Length, "127.0.0.1", port);
                socket.Send(smile, smile.Length, "127.0.0.1", port);
            }
    }
}
