using System;
using System.Diagnostics;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// One ring of frames in shared memory, mapped for reading. Its content is untrusted:
    /// sizes are checked once against the file and never read again; each slot is checked separately.
    /// </summary>
    sealed unsafe class RingFile : IDisposable
    {
        const long SilentNs = 2000000000;

        readonly FileStream _file;
        readonly long _bytes;
        readonly RingHeader _header;
        readonly MemoryMappedFile _map;
        readonly MemoryMappedViewAccessor _view;
        readonly byte* _base;
        readonly Stopwatch _clock = Stopwatch.StartNew();
        long _heartbeatNs;
        long _heardMs;

        /// <summary>Open, check and map a file.</summary>
        /// <exception cref="ProtocolException">The file is no ring of a known version.</exception>
        /// <exception cref="IOException">It cannot be read.</exception>
        public RingFile(string path)
        {
            if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
            {
                throw new ProtocolException("not a ring: it is a link");
            }
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                _bytes = _file.Length;
                var head = new byte[RingHeader.Bytes];
                if (_file.Read(head, 0, head.Length) < head.Length)
                {
                    throw new ProtocolException("not a ring: it has " + _bytes + " bytes");
                }
                fixed (byte* at = head)
                {
                    string refusal = RingHeader.Parse(at, _bytes, out _header);
                    if (refusal != null) throw new ProtocolException(refusal);
                }
                _map = MemoryMappedFile.CreateFromFile(
                    _file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, true);
                _view = _map.CreateViewAccessor(0, _bytes, MemoryMappedFileAccess.Read);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
                _heartbeatNs = Heartbeat;
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Number of the newest complete frame, 0 = none yet.</summary>
        public ulong Latest => (ulong)Volatile.Read(ref *(long*)(_base + RingHeader.LatestAt));

        /// <summary>Whether its heartbeat is at most 2 s old by the wall clock; checked before the file is used.</summary>
        public bool IsFresh(long nowNs)
        {
            long silenceNs = nowNs - _heartbeatNs;
            return silenceNs < SilentNs && silenceNs > -SilentNs && IsAlive();
        }

        /// <summary>
        /// Whether the file has a live publisher: its state is running, its heartbeat changes (compared with itself, as the
        /// wall clock may be set), and the file has not shrunk, which would crash this process at the next access.
        /// </summary>
        public bool IsAlive()
        {
            if (_file.Length < _bytes) return false;
            if (Volatile.Read(ref *(int*)(_base + RingHeader.StateAt)) != RingHeader.Running) return false;
            long heartbeatNs = Heartbeat;
            long nowMs = _clock.ElapsedMilliseconds;
            if (heartbeatNs != _heartbeatNs)
            {
                _heartbeatNs = heartbeatNs;
                _heardMs = nowMs;
            }
            return nowMs - _heardMs < SilentNs / 1000000;
        }

        /// <summary>Copy frame <paramref name="number"/> if it has this size.</summary>
        /// <returns>False: it is being overwritten, or invalid; do not use its pixels.</returns>
        public bool Copy(ulong number, byte* destination, int width, int height,
                         out FrameHeader header, out bool isSize)
        {
            byte* slot = _base + _header.SlotsAt + number % _header.Slots * _header.SlotBytes;
            isSize = false;
            header = new FrameHeader();
            if (!IsComplete(slot, number)) return false;
            if (FrameHeader.Parse(slot + RingHeader.FrameAt, out header) != null) return false;
            bool isAsPromised = header.Width == _header.Width && header.Height == _header.Height
                && header.Stride == _header.Stride;
            if (!isAsPromised) return false;
            header.PublishTimeNs = *(long*)(slot + RingHeader.PublishTimeAt);
            isSize = header.Width == width && header.Height == height;
            if (isSize) Pixels.Copy(slot + RingHeader.PixelsAt, destination, ref header);
            Thread.MemoryBarrier(); // the copy completes before the locks are read again
            return IsComplete(slot, number);
        }

        public void Dispose()
        {
            if (_base != null) _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _map?.Dispose();
            _file.Dispose();
        }

        long Heartbeat => Volatile.Read(ref *(long*)(_base + RingHeader.HeartbeatAt));

        /// <summary>The lock is stored at both ends of the slot, for CPUs that reorder stores.</summary>
        bool IsComplete(byte* slot, ulong number)
        {
            ulong begin = (ulong)Volatile.Read(ref *(long*)slot);
            ulong end = (ulong)Volatile.Read(ref *(long*)(slot + _header.SlotBytes - RingHeader.LockBytes));
            return begin == 2 * number && end == 2 * number;
        }
    }
}
