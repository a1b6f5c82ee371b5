using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;
using Omote;

/// <summary>Reads what a runtime publishes.</summary>
static class Reading
{
    /// <summary>frames (ring FOLDER STREAM | zmq ADDRESS -) COUNT SECONDS: each frame, and each new problem.</summary>
    public static int Frames(string[] words)
    {
        int wanted = int.Parse(words[4]);
        string problem = "";
        using (var buffer = new Buffer(words))
        {
            while (wanted > 0 && buffer.Seconds < double.Parse(words[5]))
            {
                if (buffer.Read(out FrameHeader header) == ReadResult.Fresh)
                {
                    wanted--;
                    Program.Line(new Fields
                    {
                        { "frame_id", header.FrameId }, { "width", header.Width }, { "height", header.Height },
                        { "stride", header.Stride }, { "flags", (uint)header.Flags },
                        { "session_id", header.SessionId }, { "capture_time_ns", header.CaptureTimeNs },
                        { "receive_time_ns", header.ReceiveTimeNs }, { "render_time_ns", header.RenderTimeNs },
                        { "publish_time_ns", header.PublishTimeNs }, { "fnv", buffer.Fnv(header) },
                    });
                }
                else Thread.Sleep(1);
                if (buffer.Source.Problem == problem) continue;
                problem = buffer.Source.Problem;
                Program.Line(new Fields { { "problem", problem } });
            }
        }
        return wanted == 0 ? 0 : 1;
    }

    /// <summary>
    /// latency (ring FOLDER STREAM | zmq ADDRESS -) POLL_MS SECONDS [BELL_ADDRESS]: milliseconds from publishing
    /// to the pixels in the buffer. POLL_MS 0 waits for the doorbell.
    /// </summary>
    public static int Latency(string[] words)
    {
        int pollMs = int.Parse(words[4]);
        double seconds = double.Parse(words[5]);
        var ages = new List<double>();
        var copies = new List<double>();
        long lost = 0;
        ulong lastId = 0;
        using (var buffer = new Buffer(words))
        using (Doorbell bell = words.Length > 6 ? new Doorbell(words[6]) : null)
        {
            while (buffer.Seconds < seconds)
            {
                long beganNs = UnixTime.NowNs;
                if (buffer.Read(out FrameHeader header) != ReadResult.Fresh)
                {
                    if (bell != null) bell.Wait(20, out _, out _);
                    else if (pollMs == 0) ((ZmqFrameReader)buffer.Source).Wait(20);
                    else Thread.Sleep(pollMs);
                    continue;
                }
                long nowNs = UnixTime.NowNs;
                if (lastId != 0) lost += (long)(header.FrameId - lastId) - 1;
                lastId = header.FrameId;
                if (buffer.Seconds < 1.0) continue; // warming up
                long sentNs = header.PublishTimeNs != 0 ? header.PublishTimeNs : header.RenderTimeNs;
                ages.Add((nowNs - sentNs) * 1e-6);
                copies.Add((nowNs - beganNs) * 1e-6);
            }
            if (ages.Count == 0)
            {
                Program.Line(new Fields { { "problem", buffer.Source.Problem } });
                return 1;
            }
        }
        ages.Sort();
        copies.Sort();
        Program.Line(new Fields
        {
            { "frames", ages.Count }, { "lost", lost }, { "p50_ms", Share(ages, 0.50) },
            { "p95_ms", Share(ages, 0.95) }, { "p99_ms", Share(ages, 0.99) }, { "copy_p50_ms", Share(copies, 0.50) },
            { "cpu_percent", 100 * Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds / seconds },
        });
        return 0;
    }

    /// <summary>garbage (ring … | zmq …) FRAMES SECONDS: bytes allocated by this thread while reading FRAMES frames.</summary>
    public static int Garbage(string[] words)
    {
        int wanted = int.Parse(words[4]);
        double seconds = double.Parse(words[5]);
        var counted = (Func<long>)Delegate.CreateDelegate(
            typeof(Func<long>), typeof(GC).GetMethod("GetAllocatedBytesForCurrentThread"));
        using (var buffer = new Buffer(words))
        {
            ReadMany(buffer, 10, seconds);
            counted();
            long before = counted();
            int read = ReadMany(buffer, wanted, seconds);
            long bytes = counted() - before;
            Program.Line(new Fields { { "frames", read }, { "bytes", bytes } });
        }
        return 0;
    }

    static int ReadMany(Buffer buffer, int wanted, double seconds)
    {
        int read = 0;
        while (read < wanted && buffer.Seconds < seconds)
        {
            if (buffer.Read(out _) == ReadResult.Fresh) read++;
            else Thread.Sleep(1);
        }
        return read;
    }

    /// <summary>status ADDRESS COUNT SECONDS</summary>
    public static int Statuses(string[] words)
    {
        int wanted = int.Parse(words[2]);
        var clock = Stopwatch.StartNew();
        using (var reader = new StatusReader(words[1]))
        {
            while (wanted > 0 && clock.Elapsed.TotalSeconds < double.Parse(words[3]))
            {
                reader.Wait(100);
                if (!reader.TryTake(out Status status)) continue;
                wanted--;
                Program.Line(Golden.Of(status));
            }
        }
        return wanted == 0 ? 0 : 1;
    }

    /// <summary>motion ADDRESS COUNT SECONDS</summary>
    public static int Motions(string[] words)
    {
        int wanted = int.Parse(words[2]);
        var clock = Stopwatch.StartNew();
        var motion = new Motion();
        using (var reader = new MotionReader(words[1]))
        {
            while (wanted > 0 && clock.Elapsed.TotalSeconds < double.Parse(words[3]))
            {
                reader.Wait(100);
                if (!reader.TryTake(motion)) continue;
                wanted--;
                Program.Line(new Fields { { "frame_id", motion.FrameId }, { "values", motion.Values } });
            }
        }
        return wanted == 0 ? 0 : 1;
    }

    /// <summary>bell ADDRESS COUNT SECONDS</summary>
    public static int Bells(string[] words)
    {
        int wanted = int.Parse(words[2]);
        var clock = Stopwatch.StartNew();
        using (var bell = new Doorbell(words[1]))
        {
            while (wanted > 0 && clock.Elapsed.TotalSeconds < double.Parse(words[3]))
            {
                if (!bell.Wait(100, out ulong session, out ulong number)) continue;
                wanted--;
                Program.Line(new Fields { { "session_id", session }, { "number", number } });
            }
        }
        return wanted == 0 ? 0 : 1;
    }

    static double Share(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];

    /// <summary>A frame source with a buffer for its frames, like an engine's texture.</summary>
    sealed class Buffer : IDisposable
    {
        public readonly IFrameSource Source;
        readonly Stopwatch _clock = Stopwatch.StartNew();
        int _width, _height;
        IntPtr _pixels;

        public Buffer(string[] words)
        {
            Source = words[1] == "ring"
                ? new RingReader(words[3], words[2]) : (IFrameSource)new ZmqFrameReader(words[2]);
        }

        public double Seconds => _clock.Elapsed.TotalSeconds;

        public ReadResult Read(out FrameHeader header)
        {
            ReadResult result = Source.Read(_pixels, _width, _height, out header);
            if (result != ReadResult.OtherSize) return result;
            Marshal.FreeHGlobal(_pixels);
            _width = header.Width;
            _height = header.Height;
            _pixels = Marshal.AllocHGlobal(header.RowBytes * header.Height);
            return Source.Read(_pixels, _width, _height, out header);
        }

        public unsafe ulong Fnv(FrameHeader header)
        {
            ulong value = 14695981039346656037;
            var at = (byte*)_pixels;
            for (int i = 0; i < header.RowBytes * header.Height; i++) value = (value ^ at[i]) * 1099511628211;
            return value;
        }

        public void Dispose()
        {
            Source.Dispose();
            Marshal.FreeHGlobal(_pixels);
        }
    }
}
