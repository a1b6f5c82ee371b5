using System;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// A bounded queue of messages to a socket's thread, with reused buffers. When it is full, the
    /// oldest message is dropped or the newest one is refused, as set in the constructor.
    /// </summary>
    sealed class OutgoingQueue
    {
        readonly object _gate = new object();
        readonly byte[][] _buffers;
        readonly int[] _lengths;
        readonly bool _dropsOldest;
        int _first, _count;

        public OutgoingQueue(int capacity, bool dropsOldest)
        {
            _buffers = new byte[capacity][];
            _lengths = new int[capacity];
            _dropsOldest = dropsOldest;
        }

        /// <summary>Messages dropped since the start.</summary>
        public long Dropped { get; private set; }

        public bool IsEmpty
        {
            get
            {
                lock (_gate) return _count == 0;
            }
        }

        /// <summary>Copies a message into the queue.</summary>
        /// <returns>False: the queue is full and unchanged.</returns>
        public bool Put(byte[] message, int length)
        {
            lock (_gate)
            {
                if (_count == _buffers.Length)
                {
                    if (!_dropsOldest) return false;
                    _first = (_first + 1) % _buffers.Length;
                    _count--;
                    Dropped++;
                }
                int place = (_first + _count) % _buffers.Length;
                if (_buffers[place] == null || _buffers[place].Length < length) _buffers[place] = new byte[2 * length];
                Buffer.BlockCopy(message, 0, _buffers[place], 0, length);
                _lengths[place] = length;
                _count++;
                Monitor.PulseAll(_gate);
                return true;
            }
        }

        /// <summary>Waits for a message.</summary>
        /// <param name="milliseconds">Timeout.</param>
        public void Wait(int milliseconds)
        {
            lock (_gate)
            {
                if (_count == 0) Monitor.Wait(_gate, milliseconds);
            }
        }

        /// <summary>Takes the oldest message; its buffer is exchanged for one that is no longer needed.</summary>
        public bool TryTake(ref byte[] buffer, out int length)
        {
            lock (_gate)
            {
                length = 0;
                if (_count == 0) return false;
                byte[] taken = _buffers[_first];
                length = _lengths[_first];
                _buffers[_first] = buffer;
                buffer = taken;
                _first = (_first + 1) % _buffers.Length;
                _count--;
                return true;
            }
        }
    }
}
