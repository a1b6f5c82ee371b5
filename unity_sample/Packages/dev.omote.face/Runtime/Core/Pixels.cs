using System;

namespace Omote
{
    /// <summary>Copies a picture's rows.</summary>
    static class Pixels
    {
        /// <summary>Copies rows without gaps, whatever the source's stride.</summary>
        /// <param name="from">First row, <c>header.Stride</c> bytes to the next.</param>
        /// <param name="to">Room for <c>RowBytes x Height</c> bytes.</param>
        public static unsafe void Copy(byte* from, byte* to, ref FrameHeader header)
        {
            long row = header.RowBytes;
            if (header.Stride == row)
            {
                Buffer.MemoryCopy(from, to, row * header.Height, row * header.Height);
                return;
            }
            for (int y = 0; y < header.Height; y++)
            {
                Buffer.MemoryCopy(from + (long)y * header.Stride, to + y * row, row, row);
            }
            header.Stride = (int)row;
        }
    }
}
