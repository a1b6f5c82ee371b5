using System;

namespace Omote
{
    /// <summary>The result of one read.</summary>
    public enum ReadResult
    {
        /// <summary>A new frame was copied; the header describes it.</summary>
        Fresh,

        /// <summary>There is a new frame of another size, given in the header: resize the buffer and read again.</summary>
        OtherSize,

        /// <summary>The newest frame was read already.</summary>
        NothingNew,

        /// <summary>There is no publisher; see <see cref="IFrameSource.Problem"/>. Keep reading: it reconnects by itself.</summary>
        NoPublisher,
    }

    /// <summary>
    /// A source of frames. Never blocks, never throws after construction, is used on one thread, finds a
    /// publisher that restarts by itself, and allocates nothing while frames of one size arrive.
    /// </summary>
    public interface IFrameSource : IDisposable
    {
        /// <summary>The reason why there are no frames, as text; empty while there are.</summary>
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
