using System;
using System.Globalization;
using System.Threading;
using Omote;

/// <summary>Drives Omote.Core from a terminal, for tests and benchmarks: one JSON object a line.</summary>
static class Program
{
    static int Main(string[] words)
    {
        Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture;
        switch (words[0])
        {
            case "golden": Golden.Run(words); return 0;
            case "channels": Golden.PrintChannels(); return 0;
            case "view": Axes.PrintView(words); return 0;
            case "head": Axes.PrintHead(words); return 0;
            case "streams": Line(RingFolder.Streams(words[1]).ToArray()); return 0;
            case "folders": Line(RingFolder.Defaults.ToArray()); return 0;
            case "own": Line(RingFolder.IsOwn(words[1])); return 0;
            case "frames": return Reading.Frames(words);
            case "latency": return Reading.Latency(words);
            case "garbage": return Reading.Garbage(words);
            case "status": return Reading.Statuses(words);
            case "motion": return Reading.Motions(words);
            case "bell": return Reading.Bells(words);
            case "drive": return Sending.Drive(words);
            case "ask": return Sending.Ask(words);
            case "hold": return Sending.Hold(words);
            default: throw new ArgumentException("no command " + words[0]);
        }
    }

    /// <summary>Prints one line and flushes it.</summary>
    public static void Line(object value)
    {
        Console.Out.WriteLine(Json.Of(value));
        Console.Out.Flush();
    }
}
