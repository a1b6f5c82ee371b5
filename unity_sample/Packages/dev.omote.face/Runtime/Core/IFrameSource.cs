using System;

namespace Omote
{
    /// <summary>What one look for a frame found.</summary>
    public enum ReadResult
    {
        /// <summary>A new frame was copied; the header describes it.</summary>
        Fresh,

        /// <summary>There is a new frame of another size, which the header says: make room and read again.</summary>
        OtherSize,

        /// <summary>The newest frame was read already.</summary>
        NothingNew,

        /// <summary>Nobody publishes; see <see cref="IFrameSource.Problem"/>. Keep reading: it is found again.</summary>
        NoPublisher,
    }

    /// <summary>
    /// Where frames come from. Never blocks and never throws once made, belongs to one thread, finds a
    /// publisher that restarts by itself, and allocates nothing while frames of one size arrive.
    /// </summary>
    public interface IFrameSource : IDisposable
    {
        /// <summary>Why there are no frames, for people; empty while there are.</summary>
        string Problem { get; }

        /// <summary>
        /// Copy the newest frame, if it has not been read and has this size. After any other result than
        /// <see cref="ReadResult.Fresh"/> the destination may hold anything: do not show it.
        /// </summary>
        /// <param name="destination">Room for 4 x width x height bytes; rows are written without gaps.</param>
        /// <param name="width">Pixels, 0 to be told the size first.</param>
        /// <param name="height">Pixels.</param>
        /// <param name="header">What was copied, or what there is.</param>
        ReadResult Read(IntPtr destination, int width, int height, out FrameHeader header);
    }
}
