using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Omote;

/// <summary>Sends values and commands to a runtime, and connects clients to other servers.</summary>
static class Sending
{
    /// <summary>drive (zmq|osc) ADDRESS LAYER SOURCE SECONDS CHANNEL=VALUE…: at 60 a second, or once for 0 seconds.</summary>
    public static int Drive(string[] words)
    {
        double seconds = double.Parse(words[5]);
        var clock = Stopwatch.StartNew();
        using (IControlSender sender = words[1] == "zmq"
            ? new ControlSender(words[2]) : (IControlSender)new OscSender(words[2]))
        {
            var message = new ControlMessage(Channels.LayerOf(words[3]), words[4]);
            while (seconds == 0 && sender.Problem != "" && clock.Elapsed.TotalSeconds < 60) Thread.Sleep(5);
            do
            {
                message.Clear();
                for (int i = 6; i < words.Length; i++)
                {
                    string[] parts = words[i].Split('=');
                    double value = double.Parse(parts[1]);
                    if (parts[0] == "weight") message.Weight = value;
                    else if (parts[0] == "ttl_s") message.TtlS = value;
                    else if (parts[0] == "priority") message.Priority = (int)value;
                    else message.Set(parts[0], value);
                }
                sender.Send(message);
                Thread.Sleep(seconds > 0 ? 16 : 300);
            }
            while (clock.Elapsed.TotalSeconds < seconds);
            Program.Line(new Fields { { "problem", sender.Problem } });
        }
        return 0;
    }

    /// <summary>ask ADDRESS NAME ARGUMENT TIMES [TIMEOUT_MS]: patient, unless a test wants to see the timeout.</summary>
    public static int Ask(string[] words)
    {
        int timeoutMs = words.Length > 5 ? int.Parse(words[5]) : 60000;
        using (var client = new CommandClient(words[1]))
        {
            for (int i = 0; i < int.Parse(words[4]); i++)
            {
                try
                {
                    Program.Line(Golden.Of(client.Request(new Command(words[2], words[3]), timeoutMs)));
                }
                catch (TimeoutException error)
                {
                    Program.Line(new Fields { { "problem", error.Message } });
                    return 1;
                }
            }
        }
        return 0;
    }

    /// <summary>
    /// hold ADDRESS SECONDS FAILING: connects every client to one address, for SECONDS and until each has connected
    /// or failed, and the first FAILING of them report a problem; then prints the duration of Dispose.
    /// </summary>
    public static int Hold(string[] words)
    {
        var frames = new ZmqFrameReader(words[1]);
        var statuses = new StatusReader(words[1]);
        var motions = new MotionReader(words[1]);
        var control = new ControlSender(words[1]);
        var commands = new CommandClient(words[1]);
        var motion = new Motion();
        var message = new ControlMessage(Layer.Pose, "test");
        message.Set("yaw", 0.5);
        commands.Send(new Command("ping"));
        var problems = new SortedSet<string>[5];
        for (int i = 0; i < 5; i++) problems[i] = new SortedSet<string>();
        var clock = Stopwatch.StartNew();
        long taken = 0;
        bool isAtWork = true;
        while (isAtWork && clock.Elapsed.TotalSeconds < 120)
        {
            control.Send(message);
            if (frames.Read(IntPtr.Zero, 0, 0, out _) == ReadResult.Fresh) taken++;
            if (statuses.TryTake(out _)) taken++;
            if (motions.TryTake(motion)) taken++;
            if (commands.TryTake(out _)) taken++;
            var now = new[] { frames.Problem, statuses.Problem, motions.Problem, control.Problem, commands.Problem };
            for (int i = 0; i < 5; i++) problems[i].Add(now[i]);
            isAtWork = clock.Elapsed.TotalSeconds < double.Parse(words[2]) || now.Contains("not connected yet")
                || problems.Take(int.Parse(words[3])).Any(seen => !seen.Any(one => one.Contains("no runtime")));
            Thread.Sleep(1);
        }
        int links = LinkThreads();
        foreach (IDisposable one in new IDisposable[] { frames, statuses, motions, control, commands }) one.Dispose();
        Program.Line(new Fields
        {
            { "taken", taken }, { "problems", problems.Select(one => string.Join("\n", one)) },
            { "links", links }, { "links_left", LinkThreadsLeft() },
            { "memory_mb", Process.GetCurrentProcess().PeakWorkingSet64 >> 20 },
        });
        return 0;
    }

    // Those that the links have begun and that have not ended; only Linux tells.
    static int LinkThreads()
    {
        if (!Directory.Exists("/proc/self/task")) return -1;
        int found = 0;
        foreach (string task in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                if (File.ReadAllText(task + "/comm").StartsWith("omote ")) found++;
            }
            catch (IOException)
            {
                // it has just ended
            }
        }
        return found;
    }

    static int LinkThreadsLeft()
    {
        var clock = Stopwatch.StartNew();
        while (LinkThreads() > 0 && clock.Elapsed.TotalSeconds < 60) Thread.Sleep(10);
        return LinkThreads();
    }
}
