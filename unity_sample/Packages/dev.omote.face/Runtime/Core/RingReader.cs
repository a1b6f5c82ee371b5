using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace Omote
{
    /// <summary>
    /// Reads the newest frame from shared memory.
    /// <code>
    /// using (var reader = new RingReader())
    ///     if (reader.Read(destination, 512, 512, out FrameHeader header) == ReadResult.Fresh) Show(header);
    /// </code>
    /// Reconnects within half a second when the publisher restarts or changes its size.
    /// </summary>
    public sealed class RingReader : IFrameSource
    {
        const int Attempts = 4;
        const int FilesTried = 8;
        const long LookAgainMs = 250;

        readonly string _stream;
        readonly List<string> _folders;
        readonly bool _isOwnOnly;
        readonly Stopwatch _clock = Stopwatch.StartNew();
        RingFile _ring;
        string _path;
        ulong _last;
        long _lookedMs = -LookAgainMs, _freshMs;

        /// <param name="stream">The publisher's name for its frames.</param>
        /// <param name="folder">null = this user's default folder.</param>
        public RingReader(string stream = "omote", string folder = null)
        {
            _stream = stream;
            _folders = folder != null ? new List<string> { folder } : RingFolder.Defaults;
            _isOwnOnly = folder == null;
            Problem = "not looked yet";
        }

        public string Problem { get; private set; }

        /// <summary>Frames skipped because they were overwritten while being copied.</summary>
        public long Torn { get; private set; }

        public unsafe ReadResult Read(IntPtr destination, int width, int height, out FrameHeader header)
        {
            header = new FrameHeader();
            long nowMs = _clock.ElapsedMilliseconds;
            FollowPublisher(nowMs);
            if (_ring == null) return ReadResult.NoPublisher;
            // if the slot is overwritten during the copy, retry with the newest one
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                ulong latest = _ring.Latest;
                if (latest == 0 || latest == _last) return ReadResult.NothingNew;
                if (!_ring.Copy(latest, (byte*)destination, width, height, out header, out bool isSize)) continue;
                if (!isSize) return ReadResult.OtherSize;
                _last = latest;
                _freshMs = nowMs;
                return ReadResult.Fresh;
            }
            Torn++;
            return ReadResult.NothingNew;
        }

        public void Dispose() => Close();

        /// <summary>Closes an ended publisher's file; searches for a new one a few times a second.</summary>
        void FollowPublisher(long nowMs)
        {
            if (_ring != null && !_ring.IsAlive())
            {
                Close();
                _lookedMs = nowMs - LookAgainMs;
            }
            // no new frame for a while: the publisher may have been killed and replaced
            bool isWanting = _ring == null || nowMs - _freshMs > LookAgainMs;
            if (isWanting && nowMs - _lookedMs >= LookAgainMs)
            {
                _lookedMs = nowMs;
                OpenNewest(nowMs);
            }
        }

        void OpenNewest(long nowMs)
        {
            string problem = "nobody publishes '" + _stream + "' in " + _folders[0]
                + "; start the runtime with: omote run --publish shm";
            foreach (string folder in _folders)
            {
                if (_isOwnOnly && !RingFolder.IsOwn(folder)) continue; // missing, or made by another user
                int tried = 0;
                foreach (string path in RingFolder.FilesOf(folder, _stream))
                {
                    if (_ring != null && path == _path) return; // the newest live one is already open
                    if (tried++ == FilesTried) break;
                    RingFile ring;
                    try
                    {
                        ring = new RingFile(path);
                    }
                    catch (Exception error) when (error is ProtocolException || error is IOException
                                                  || error is UnauthorizedAccessException || error is ArgumentException)
                    {
                        problem = path + " cannot be read: " + error.Message;
                        continue;
                    }
                    if (!ring.IsFresh(UnixTime.NowNs))
                    {
                        ring.Dispose(); // its publisher has ended: skip it silently
                        continue;
                    }
                    Close();
                    _ring = ring;
                    _path = path;
                    _freshMs = nowMs;
                    Problem = "";
                    return;
                }
            }
            if (_ring == null) Problem = problem;
        }

        void Close()
        {
            _ring?.Dispose();
            _ring = null;
            _last = 0;
        }
    }
}
