using System;
using System.Collections.Generic;
using System.Text;

namespace Omote
{
    /// <summary>
    /// Reads MessagePack that somebody else wrote: every length is checked against the bytes that are there, and
    /// nothing is allocated on a length's word alone. All methods throw a <see cref="ProtocolException"/> where
    /// the bytes are not what was asked for.
    /// </summary>
    public sealed class MessagePackReader
    {
        const int MaxDepth = 16;

        static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        byte[] _data = new byte[0];
        int _at, _end;

        /// <summary>Read from the start of these bytes, which must not change meanwhile.</summary>
        public void Reset(byte[] data, int offset, int length)
        {
            _data = data;
            _at = offset;
            _end = offset + length;
        }

        /// <summary>Whether everything was read.</summary>
        public bool IsAtEnd => _at == _end;

        /// <returns>How many keys and values follow.</returns>
        public int ReadMapHeader()
        {
            byte kind = Next("a map");
            ulong pairs = (kind & 0xF0) == 0x80 ? (ulong)(kind & 15)
                : kind == 0xDE ? Big(2) : kind == 0xDF ? Big(4) : throw Wrong(kind, "a map");
            return Count(pairs, 2);
        }

        /// <returns>How many values follow.</returns>
        public int ReadArrayHeader()
        {
            byte kind = Next("a list");
            ulong count = (kind & 0xF0) == 0x90 ? (ulong)(kind & 15)
                : kind == 0xDC ? Big(2) : kind == 0xDD ? Big(4) : throw Wrong(kind, "a list");
            return Count(count, 1);
        }

        /// <summary>A list of values that are all read the same way.</summary>
        public List<T> ReadList<T>(Func<MessagePackReader, T> read)
        {
            int count = ReadArrayHeader();
            var values = new List<T>(count);
            for (int i = 0; i < count; i++) values.Add(read(this));
            return values;
        }

        public string ReadString()
        {
            int bytes = StringHeader();
            try
            {
                string text = Utf8.GetString(_data, _at, bytes);
                _at += bytes;
                return text;
            }
            catch (DecoderFallbackException error)
            {
                throw new ProtocolException("got a string that is not UTF-8", error);
            }
        }

        /// <summary>Read a key without allocating it.</summary>
        /// <param name="known">Keys in ASCII.</param>
        /// <returns>Its place among the known ones, or -1.</returns>
        public int ReadKey(string[] known)
        {
            int bytes = StringHeader();
            int start = _at;
            _at += bytes;
            for (int i = 0; i < known.Length; i++)
            {
                if (known[i].Length == bytes && IsText(start, known[i])) return i;
            }
            return -1;
        }

        public bool ReadBoolean()
        {
            byte kind = Next("true or false");
            return kind == 0xC3 || (kind == 0xC2 ? false : throw Wrong(kind, "true or false"));
        }

        /// <summary>Read nil, if that is what comes next.</summary>
        public bool TryReadNil()
        {
            if (_at >= _end || _data[_at] != 0xC0) return false;
            _at++;
            return true;
        }

        public long ReadInteger()
        {
            byte kind = Next("an integer");
            if (kind < 0x80 || kind >= 0xE0) return (sbyte)kind;
            switch (kind)
            {
                case 0xCC: return (long)Big(1);
                case 0xCD: return (long)Big(2);
                case 0xCE: return (long)Big(4);
                case 0xCF:
                    ulong large = Big(8);
                    return large <= long.MaxValue ? (long)large : throw Wrong(kind, "an integer of 63 bits");
                case 0xD0: return (sbyte)Big(1);
                case 0xD1: return (short)Big(2);
                case 0xD2: return (int)Big(4);
                case 0xD3: return (long)Big(8);
                default: throw Wrong(kind, "an integer");
            }
        }

        /// <summary>Any real number or integer.</summary>
        public unsafe double ReadNumber()
        {
            byte kind = Next("a number");
            if (kind == 0xCB) return BitConverter.Int64BitsToDouble((long)Big(8));
            if (kind == 0xCA)
            {
                uint bits = (uint)Big(4);
                return *(float*)&bits;
            }
            _at--;
            return ReadInteger();
        }

        /// <summary>Pass over one value of any kind, however it is nested.</summary>
        public void Skip() => Skip(0);

        void Skip(int depth)
        {
            if (depth > MaxDepth) throw new ProtocolException("got values nested deeper than " + MaxDepth);
            byte kind = Next("a value");
            if (kind < 0x80 || kind >= 0xE0 || kind == 0xC0 || kind == 0xC2 || kind == 0xC3) return;
            if (kind >= 0xA0 && kind < 0xC0) Pass((ulong)(kind & 31));
            else if (kind < 0x90 || kind == 0xDE || kind == 0xDF) SkipMany(2, depth);
            else if (kind < 0xA0 || kind == 0xDC || kind == 0xDD) SkipMany(1, depth);
            else if (kind == 0xC4 || kind == 0xD9) Pass(Big(1));
            else if (kind == 0xC5 || kind == 0xDA) Pass(Big(2));
            else if (kind == 0xC6 || kind == 0xDB) Pass(Big(4));
            else if (kind >= 0xC7 && kind <= 0xC9) Pass(Big(1 << (kind - 0xC7)) + 1); // extensions: a type as well
            else if (kind == 0xCA || kind == 0xCB) Pass(4UL << (kind - 0xCA));
            else if (kind >= 0xCC && kind <= 0xD3) Pass(1UL << (kind & 3));
            else if (kind >= 0xD4 && kind <= 0xD8) Pass((1UL << (kind - 0xD4)) + 1);
            else throw Wrong(kind, "a value");
        }

        void SkipMany(int each, int depth)
        {
            _at--;
            int values = each * (each == 2 ? ReadMapHeader() : ReadArrayHeader());
            for (int i = 0; i < values; i++) Skip(depth + 1);
        }

        int StringHeader()
        {
            byte kind = Next("a string");
            ulong bytes = (kind & 0xE0) == 0xA0 ? (ulong)(kind & 31)
                : kind == 0xD9 ? Big(1) : kind == 0xDA ? Big(2) : kind == 0xDB ? Big(4)
                : throw Wrong(kind, "a string");
            return Count(bytes, 1);
        }

        bool IsText(int start, string text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                if (_data[start + i] != text[i]) return false;
            }
            return true;
        }

        byte Next(string expected)
        {
            if (_at >= _end) throw new ProtocolException("got the end, expected " + expected);
            return _data[_at++];
        }

        ulong Big(int bytes)
        {
            if (_end - _at < bytes) throw new ProtocolException("got the end within a number");
            ulong value = 0;
            for (int i = 0; i < bytes; i++) value = value << 8 | _data[_at++];
            return value;
        }

        void Pass(ulong bytes) => _at += Count(bytes, 1);

        /// <summary>A count whose values, of at least so many bytes each, can be there at all.</summary>
        int Count(ulong count, int bytesEach)
        {
            ulong left = (ulong)(_end - _at);
            if (count > left || count * (ulong)bytesEach > left)
            {
                throw new ProtocolException("got a length of " + count + " where " + left + " bytes are left");
            }
            return (int)count;
        }

        static ProtocolException Wrong(byte kind, string expected) =>
            new ProtocolException("got the byte 0x" + kind.ToString("X2") + ", expected " + expected);
    }
}
