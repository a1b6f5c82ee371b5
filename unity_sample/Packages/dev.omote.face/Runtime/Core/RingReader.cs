using System;
using System.IO;

namespace Omote
{
    /// <summary>
    /// The newest frame out of shared memory.
    /// <code>
    /// using (var reader = new RingReader())
    ///     if (reader.Read(destination, 512, 512, out FrameHeader header) == ReadResult.Fresh) Show(header);
    /// </code>
    /// A publisher that restarts or changes its size is found again within half a second.
    /// </summary>
    public sealed class RingReader : IFrameSource
    {
        const int Attempts = 4;
        const int FilesTried = 8;
        const long SilentNs = 2000000000;
        const long LookAgainNs = 250000000;

        readonly string _stream;
        readonly string _folder;
        RingFile _ring;
        string _path;
        ulong _last;
        long _lookedNs, _freshNs;

        /// <param name="stream">The publisher's name for its frames.</param>
        /// <param name="folder">null = where publishers of this user put them.</param>
        public RingReader(string stream = "omote", string folder = null)
        {
            _stream = stream;
            _folder = folder ?? RingFolder.Default;
            Problem = "not looked yet";
        }

        public string Problem { get; private set; }

        /// <summary>Frames given up because they were overwritten faster than they could be copied.</summary>
        public long Torn { get; private set; }

        public unsafe ReadResult Read(IntPtr destination, int width, int height, out FrameHeader header)
        {
            header = new FrameHeader();
            long nowNs = UnixTime.NowNs;
            if (!IsOpen(nowNs)) return ReadResult.NoPublisher;
            // a slot that is overwritten while it is copied is left for the one that is newest then
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                ulong latest = _ring.Latest;
                if (latest == 0 || latest == _last) return ReadResult.NothingNew;
                if (!_ring.Copy(latest, (byte*)destination, width, height, out header, out bool isSize)) continue;
                if (!isSize) return ReadResult.OtherSize;
                _last = latest;
                _freshNs = nowNs;
                return ReadResult.Fresh;
            }
            Torn++;
            return ReadResult.NothingNew;
        }

        public void Dispose() => Close();

        /// <summary>Whether a live ring is open; looks for one a few times a second.</summary>
        bool IsOpen(long nowNs)
        {
            if (_ring != null && !_ring.IsAlive(nowNs, SilentNs))
            {
                Close();
                Problem = "the publisher of '" + _stream + "' has ended";
                _lookedNs = 0;
            }
            // nothing new for a while: it may have been killed, and a new one started beside its file
            bool isStalled = _ring != null && Math.Abs(nowNs - _freshNs) > LookAgainNs;
            bool isTime = Math.Abs(nowNs - _lookedNs) > LookAgainNs;
            if ((_ring == null || isStalled) && isTime)
            {
                _lookedNs = nowNs;
                OpenNewest(nowNs);
            }
            return _ring != null;
        }

        void OpenNewest(long nowNs)
        {
            string problem = "nobody publishes '" + _stream + "' in " + _folder
                + "; start the runtime with: omote run --publish shm";
            int tried = 0;
            foreach (string path in RingFolder.FilesOf(_folder, _stream))
            {
                if (path == _path && _ring != null) return; // it is the newest one that lives
                if (tried++ == FilesTried) break;
                RingFile ring = null;
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
                if (!ring.IsAlive(nowNs, SilentNs))
                {
                    ring.Dispose(); // one that ended; not worth a word
                    continue;
                }
                Close();
                _ring = ring;
                _path = path;
                _freshNs = nowNs;
                Problem = "";
                return;
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
