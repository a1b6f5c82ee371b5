using System;
using System.Text;

namespace Omote
{
    /// <summary>
    /// Writes one OSC bundle: messages with strings, floats and integers. Allocates nothing once its buffer has
    /// grown. Source: opensoundcontrol.stanford.edu/spec-1_0.
    /// </summary>
    public sealed class OscWriter
    {
        const int MaxCharBytes = 3;

        byte[] _buffer = new byte[2048];
        int _sizeAt;

        /// <summary>The datagram, <see cref="Length"/> bytes; valid until the next write.</summary>
        public byte[] Buffer => _buffer;

        /// <summary>Bytes.</summary>
        public int Length { get; private set; }

        /// <summary>"#bundle", and the time tag 1: immediately.</summary>
        public void BeginBundle()
        {
            Length = 0;
            PutString("#bundle");
            PutBig(0);
            PutBig(1);
        }

        /// <summary>Begin a message; its arguments follow in order, then its end.</summary>
        /// <param name="address">For example <c>/omote/pose</c>.</param>
        /// <param name="tags">A comma, then one letter each: s, f or i.</param>
        public void BeginMessage(string address, string tags)
        {
            _sizeAt = Length;
            PutBig(0); // the size, once it is known
            PutString(address);
            PutString(tags);
        }

        public void Put(string value) => PutString(value);

        public unsafe void Put(float value) => PutBig(*(int*)&value);

        public void Put(int value) => PutBig(value);

        public void EndMessage()
        {
            int end = Length;
            Length = _sizeAt;
            PutBig(end - _sizeAt - 4);
            Length = end;
        }

        /// <summary>"a sequence of characters followed by a null, followed by 0-3 additional null characters".</summary>
        void PutString(string text)
        {
            Reserve(MaxCharBytes * text.Length + 4);
            Length += Encoding.UTF8.GetBytes(text, 0, text.Length, _buffer, Length);
            do _buffer[Length++] = 0;
            while (Length % 4 != 0);
        }

        void PutBig(int value)
        {
            Reserve(4);
            for (int shift = 24; shift >= 0; shift -= 8) _buffer[Length++] = (byte)(value >> shift);
        }

        void Reserve(int bytes)
        {
            if (Length + bytes > _buffer.Length) Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, Length + bytes));
        }
    }
}
