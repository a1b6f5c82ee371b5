using System;

namespace Omote
{
    /// <summary>Reads the newest frame over ZeroMQ, for example from a container without shared memory.</summary>
    public sealed class ZmqFrameReader : IFrameSource
    {
        const int MaxBytes = 4096 * 4096 * 4 + 4096; // the largest frame of the runtime

        readonly ZmqSubscriber _frames;
        byte[] _message;
        int _length = -1;
        string _refusal = "";

        /// <param name="address">The runtime's publish port.</param>
        /// <exception cref="ArgumentException">The address is malformed.</exception>
        public ZmqFrameReader(string address = Ports.PublishAddress)
        {
            _frames = new ZmqSubscriber(address, "OMOTEFRM", MaxBytes);
        }

        public string Problem => _frames.Problem.Length > 0 ? _frames.Problem : _refusal;

        /// <summary>Frames that newer ones replaced before they were read.</summary>
        public long Skipped => _frames.Skipped;

        /// <summary>Waits for a frame; for programs without a render loop.</summary>
        public bool Wait(int milliseconds) => _length >= 0 || _frames.Wait(milliseconds);

        public unsafe ReadResult Read(IntPtr destination, int width, int height, out FrameHeader header)
        {
            header = new FrameHeader();
            if (_frames.TryTake(ref _message, out int length)) _length = length;
            if (_length < 0) return Problem.Length > 0 ? ReadResult.NoPublisher : ReadResult.NothingNew;
            fixed (byte* at = _message)
            {
                string refusal = _length < FrameHeader.Bytes
                    ? "got a frame of " + _length + " bytes, which is less than its header"
                    : FrameHeader.Parse(at, out header);
                if (refusal == null && header.HeaderBytes + header.PayloadBytes != _length)
                {
                    refusal = "got a frame of " + _length + " bytes, expected " + header.HeaderBytes + " and "
                        + header.PayloadBytes;
                }
                _refusal = refusal ?? "";
                if (refusal != null)
                {
                    _length = -1;
                    return ReadResult.NoPublisher;
                }
                if (header.Width != width || header.Height != height) return ReadResult.OtherSize;
                Pixels.Copy(at + header.HeaderBytes, (byte*)destination, ref header);
            }
            _length = -1;
            return ReadResult.Fresh;
        }

        public void Dispose() => _frames.Dispose();
    }
}
