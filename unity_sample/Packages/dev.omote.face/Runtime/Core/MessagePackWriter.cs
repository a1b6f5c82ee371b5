using System;
using System.Text;

namespace Omote
{
    /// <summary>
    /// Writes MessagePack: what Omote's messages need of it, in its shortest form; every real number as float 64.
    /// Allocates nothing once its buffer has grown. Source: github.com/msgpack/msgpack/blob/master/spec.md.
    /// </summary>
    public sealed class MessagePackWriter
    {
        const int MaxCharBytes = 3;

        byte[] _buffer = new byte[2048];

        /// <summary>The datagram, <see cref="Length"/> bytes; valid until the next write.</summary>
        public byte[] Buffer => _buffer;

        /// <summary>Bytes.</summary>
        public int Length { get; private set; }

        public void Clear() => Length = 0;

        public void WriteMapHeader(int pairs)
        {
            if (pairs < 16) Put((byte)(0x80 | pairs));
            else PutBig(0xDE, (ulong)pairs, 2);
        }

        public void WriteString(string text)
        {
            Reserve(5 + MaxCharBytes * text.Length);
            int bytes = Encoding.UTF8.GetByteCount(text);
            if (bytes < 32) Put((byte)(0xA0 | bytes));
            else if (bytes <= byte.MaxValue) PutBig(0xD9, (ulong)bytes, 1);
            else if (bytes <= ushort.MaxValue) PutBig(0xDA, (ulong)bytes, 2);
            else PutBig(0xDB, (ulong)bytes, 4);
            Length += Encoding.UTF8.GetBytes(text, 0, text.Length, _buffer, Length);
        }

        public void WriteInteger(long value)
        {
            if (value >= -32 && value <= 127) Put((byte)value);
            else if (value >= 0 && value <= byte.MaxValue) PutBig(0xCC, (ulong)value, 1);
            else if (value >= 0 && value <= ushort.MaxValue) PutBig(0xCD, (ulong)value, 2);
            else if (value >= 0 && value <= uint.MaxValue) PutBig(0xCE, (ulong)value, 4);
            else if (value >= 0) PutBig(0xCF, (ulong)value, 8);
            else if (value >= sbyte.MinValue) PutBig(0xD0, (ulong)value, 1);
            else if (value >= short.MinValue) PutBig(0xD1, (ulong)value, 2);
            else if (value >= int.MinValue) PutBig(0xD2, (ulong)value, 4);
            else PutBig(0xD3, (ulong)value, 8);
        }

        public void WriteDouble(double value) => PutBig(0xCB, (ulong)BitConverter.DoubleToInt64Bits(value), 8);

        void Put(byte value)
        {
            Reserve(1);
            _buffer[Length++] = value;
        }

        void PutBig(byte kind, ulong value, int bytes)
        {
            Reserve(1 + bytes);
            _buffer[Length++] = kind;
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) _buffer[Length++] = (byte)(value >> shift);
        }

        void Reserve(int bytes)
        {
            if (Length + bytes > _buffer.Length) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, Length + bytes));
        }
    }
}
