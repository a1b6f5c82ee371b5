using System;

namespace Omote
{
    /// <summary>The format of a frame's pixels.</summary>
    [Flags]
    public enum FrameFlags : uint
    {
        None = 0,

        /// <summary>Alpha is straight; else colours are premultiplied by it.</summary>
        StraightAlpha = 1,

        /// <summary>Colours are sRGB; else linear.</summary>
        Srgb = 2,

        /// <summary>The first row is the picture's top; else its bottom, as in Unity's textures.</summary>
        TopRowFirst = 4,

        /// <summary>The picture is not a photograph.</summary>
        Synthetic = 8,
    }

    /// <summary>
    /// The 96 bytes before the pixels, on every transport. Little-endian, like all of Unity's platforms.
    /// Must match protocol/frames/frame_header.py.
    /// </summary>
    public struct FrameHeader
    {
        /// <summary>Size of this version's header, bytes.</summary>
        public const int Bytes = 96;

        /// <summary>Longest side, pixels.</summary>
        public const int MaxSide = 16384;

        const ulong Magic = 0x4D524645544F4D4F; // "OMOTEFRM"
        const ushort Version = 1;
        const uint Rgba8 = 1, Webp = 2, JpegAlpha = 3;

        /// <summary>Picture size, pixels.</summary>
        public int Width, Height;

        /// <summary>Bytes from one row to the next on the wire; where pixels were copied, rows have no gaps.</summary>
        public int Stride;

        /// <summary>Offset of the pixels in a ZeroMQ message, bytes.</summary>
        public int HeaderBytes;

        public FrameFlags Flags;

        /// <summary>Increases by one per frame of a session.</summary>
        public ulong FrameId;

        /// <summary>Capture time of the newest driver's values in it, Unix ns, 0 = unknown.</summary>
        public long CaptureTimeNs;

        /// <summary>Arrival of their message in the runtime, Unix ns, 0 = unknown.</summary>
        public long ReceiveTimeNs;

        /// <summary>End of rendering, Unix ns.</summary>
        public long RenderTimeNs;

        /// <summary>Time of writing to shared memory, Unix ns, 0 on other transports.</summary>
        public long PublishTimeNs;

        /// <summary>Random; a new value means that frame ids start again.</summary>
        public ulong SessionId;

        /// <summary>Bytes of a row without a gap: four a pixel, red first.</summary>
        public int RowBytes => 4 * Width;

        /// <summary>Bytes of the pixels on the wire.</summary>
        public long PayloadBytes => (long)Stride * Height;

        /// <summary>Read and check a header.</summary>
        /// <param name="at">96 readable bytes.</param>
        /// <param name="header">The header; valid only if null is returned.</param>
        /// <returns>null, or why the header is refused: got and expected.</returns>
        public static unsafe string Parse(byte* at, out FrameHeader header)
        {
            header = new FrameHeader();
            if (*(ulong*)at != Magic) return "got bytes that do not start with OMOTEFRM, expected a frame";
            ushort version = *(ushort*)(at + 8);
            ushort headerBytes = *(ushort*)(at + 10);
            uint width = *(uint*)(at + 12);
            uint height = *(uint*)(at + 16);
            uint stride = *(uint*)(at + 20);
            uint format = *(uint*)(at + 24);
            if (format == Webp || format == JpegAlpha)
            {
                return "got packed pixels, expected raw ones; start the runtime with --zeromq-encoding raw";
            }
            if (version != Version || format != Rgba8 || headerBytes < Bytes)
            {
                return "got frame version " + version + ", pixel format " + format
                    + ", expected 1 and 1; update the Omote package";
            }
            bool isSane = width > 0 && width <= MaxSide && height > 0 && height <= MaxSide
                && stride >= 4 * width && stride <= 8 * MaxSide;
            if (!isSane || *(ulong*)(at + 64) != (ulong)stride * height)
            {
                return "got a frame of " + width + " x " + height + ", " + stride + " bytes a row, "
                    + *(ulong*)(at + 64) + " in all, which does not agree";
            }
            header.Width = (int)width;
            header.Height = (int)height;
            header.Stride = (int)stride;
            header.HeaderBytes = headerBytes;
            header.Flags = (FrameFlags)(*(uint*)(at + 28) & 15);
            header.FrameId = *(ulong*)(at + 32);
            header.CaptureTimeNs = *(long*)(at + 40);
            header.ReceiveTimeNs = *(long*)(at + 48);
            header.RenderTimeNs = *(long*)(at + 56);
            header.SessionId = *(ulong*)(at + 72);
            return null;
        }
    }
}
