namespace Omote
{
    /// <summary>
    /// The first 128 bytes of a ring of frames: the position and format of its slots. Fields that change while it is
    /// used are not read here. Layout: docs/protocol.md, "Shared memory"; must match protocol/frames/ring_header.py.
    /// </summary>
    struct RingHeader
    {
        public const int Bytes = 128;

        /// <summary>Offsets of the fields that change.</summary>
        public const int StateAt = 56, LatestAt = 64, HeartbeatAt = 72;

        /// <summary>Offsets within a slot; the second lock is its last eight bytes.</summary>
        public const int PublishTimeAt = 8, FrameAt = 32, PixelsAt = 128, LockBytes = 8;

        /// <summary>The only state in which a ring is read.</summary>
        public const int Running = 1;

        const ulong Magic = 0x474E5245544F4D4F; // "OMOTERNG"
        const int MinSlots = 3, MaxSlots = 1024, SlotAlignment = 64;
        const ulong MaxSlotBytes = 1UL << 34;

        public ulong SlotsAt, Slots, SlotBytes;

        /// <summary>Of every frame.</summary>
        public uint Width, Height, Stride;

        /// <summary>Reads and checks an untrusted header.</summary>
        /// <param name="at">128 readable bytes.</param>
        /// <param name="fileBytes">The file's size.</param>
        /// <returns>null, or why the header is refused.</returns>
        public static unsafe string Parse(byte* at, long fileBytes, out RingHeader header)
        {
            header = new RingHeader();
            if (*(ulong*)at != Magic) return "not a ring: it does not start with OMOTERNG";
            ushort version = *(ushort*)(at + 8);
            uint format = *(uint*)(at + 44);
            if (version != 1 || format != 1)
            {
                return "newer ring format: got version " + version + ", pixel format " + format
                    + ", expected 1 and 1; update the Omote package";
            }
            header.SlotsAt = *(ushort*)(at + 10);
            header.Slots = *(uint*)(at + 12);
            header.SlotBytes = *(ulong*)(at + 16);
            header.Width = *(uint*)(at + 32);
            header.Height = *(uint*)(at + 36);
            header.Stride = *(uint*)(at + 40);
            if (!header.IsSane((ulong)fileBytes))
            {
                return "wrong ring size: got " + header.Slots + " slots of " + header.SlotBytes + " bytes for "
                    + header.Width + " x " + header.Height + ", " + header.Stride + " bytes a row, in a file of "
                    + fileBytes;
            }
            return null;
        }

        bool IsSane(ulong fileBytes) =>
            Width > 0 && Width <= FrameHeader.MaxSide && Height > 0 && Height <= FrameHeader.MaxSide
            && Stride >= 4 * Width && Stride <= 8 * FrameHeader.MaxSide
            && SlotsAt >= Bytes && SlotsAt % LockBytes == 0 && Slots >= MinSlots && Slots <= MaxSlots
            && SlotBytes % SlotAlignment == 0 && SlotBytes <= MaxSlotBytes
            && SlotBytes >= PixelsAt + (ulong)Stride * Height + LockBytes
            && SlotsAt + Slots * SlotBytes <= fileBytes;
    }
}
