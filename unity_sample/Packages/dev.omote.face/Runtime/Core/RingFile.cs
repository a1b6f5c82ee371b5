using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading;

namespace Omote
{
    /// <summary>
    /// One ring of frames in shared memory, mapped for reading. Everything in it is somebody else's word:
    /// sizes are checked once against the file and never read again, and each slot on its own.
    /// Layout: docs/protocol.md, "Shared memory".
    /// </summary>
    sealed unsafe class RingFile : IDisposable
    {
        const ulong Magic = 0x474E5245544F4D4F; // "OMOTERNG"
        const int FileHeaderBytes = 128;
        const int StateAt = 56, LatestAt = 64, HeartbeatAt = 72;
        const int PublishTimeAt = 8, FrameAt = 32, PixelsAt = 128, EndLockBytes = 8;
        const uint Running = 1;
        const ulong MaxSlots = 1024, MaxSlotBytes = 1UL << 34;

        readonly FileStream _file;
        readonly MemoryMappedFile _map;
        readonly MemoryMappedViewAccessor _view;
        readonly byte* _base;
        readonly ulong _slots, _slotBytes, _slotsAt;
        readonly long _bytes;

        /// <summary>Open, check and map a file.</summary>
        /// <exception cref="ProtocolException">It is no ring that this reader knows.</exception>
        /// <exception cref="IOException">It cannot be read.</exception>
        public RingFile(string path)
        {
            if ((File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
            {
                throw new ProtocolException("it is a link, expected a file");
            }
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                var head = new byte[FileHeaderBytes];
                if (_file.Read(head, 0, head.Length) < head.Length)
                {
                    throw new ProtocolException("it is shorter than a ring's header");
                }
                fixed (byte* at = head)
                {
                    if (*(ulong*)at != Magic) throw new ProtocolException("it is no ring of frames");
                    ushort version = *(ushort*)(at + 8);
                    if (version != 1)
                    {
                        throw new ProtocolException(
                            "it has layout " + version + ", expected 1; update the Omote package");
                    }
                    _slotsAt = *(ushort*)(at + 10);
                    _slots = *(uint*)(at + 12);
                    _slotBytes = *(ulong*)(at + 16);
                }
                _bytes = _file.Length;
                bool isSane = _slotsAt >= FileHeaderBytes && _slotsAt % 8 == 0
                    && _slots >= 3 && _slots <= MaxSlots
                    && _slotBytes > PixelsAt + EndLockBytes && _slotBytes <= MaxSlotBytes && _slotBytes % 64 == 0
                    && _slotsAt + _slots * _slotBytes <= (ulong)_bytes;
                if (!isSane)
                {
                    throw new ProtocolException(
                        "it says " + _slots + " slots of " + _slotBytes + " bytes, and has " + _bytes);
                }
                _map = MemoryMappedFile.CreateFromFile(
                    _file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, true);
                _view = _map.CreateViewAccessor(0, _bytes, MemoryMappedFileAccess.Read);
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Number of the newest complete frame, 0 = none yet.</summary>
        public ulong Latest => (ulong)Volatile.Read(ref *(long*)(_base + LatestAt));

        /// <summary>
        /// Whether a publisher stands behind the file: it runs, its heart beat within the time given, and the
        /// file has not shrunk, which would end this process at the next touch.
        /// </summary>
        /// <param name="nowNs">Unix ns.</param>
        /// <param name="silentNs">Nanoseconds of silence after which it counts as gone.</param>
        public bool IsAlive(long nowNs, long silentNs)
        {
            if (_file.Length < _bytes) return false;
            if ((uint)Volatile.Read(ref *(int*)(_base + StateAt)) != Running) return false;
            // a heartbeat from the future is one from before the clock was set back
            long silence = nowNs - Volatile.Read(ref *(long*)(_base + HeartbeatAt));
            return silence < silentNs && silence > -silentNs;
        }

        /// <summary>Copy frame <paramref name="number"/> if it has this size.</summary>
        /// <returns>False: it is being overwritten, or is no frame; its pixels are not to be used.</returns>
        public bool Copy(ulong number, byte* destination, int width, int height,
                         out FrameHeader header, out bool isSize)
        {
            byte* slot = _base + _slotsAt + number % _slots * _slotBytes;
            isSize = false;
            header = new FrameHeader();
            if (!IsComplete(slot, number)) return false;
            if (FrameHeader.Parse(slot + FrameAt, out header) != null) return false;
            if ((ulong)(PixelsAt + header.PayloadBytes + EndLockBytes) > _slotBytes) return false;
            header.PublishTimeNs = *(long*)(slot + PublishTimeAt);
            isSize = header.Width == width && header.Height == height;
            if (isSize) Pixels.Copy(slot + PixelsAt, destination, ref header);
            Thread.MemoryBarrier(); // the copy happens before the second look at the locks
            return IsComplete(slot, number);
        }

        public void Dispose()
        {
            if (_base != null) _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view?.Dispose();
            _map?.Dispose();
            _file.Dispose();
        }

        /// <summary>The lock stands at both ends, for machines that reorder stores.</summary>
        bool IsComplete(byte* slot, ulong number)
        {
            ulong begin = (ulong)Volatile.Read(ref *(long*)slot);
            ulong end = (ulong)Volatile.Read(ref *(long*)(slot + _slotBytes - EndLockBytes));
            return begin == 2 * number && end == 2 * number;
        }
    }
}
