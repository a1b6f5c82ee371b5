using System.Globalization;
using System.Linq;
using Omote;

/// <summary>Prints the results of the coordinate conversions.</summary>
static class Axes
{
    public static void PrintView(string[] words)
    {
        double[] at = Numbers(words);
        View view = Coordinates.ViewFromUnity(at[0], at[1], at[2], at[3]);
        Program.Line(new[] { view.Azimuth, view.Elevation, view.Distance });
    }

    public static void PrintHead(string[] words)
    {
        double[] q = Numbers(words);
        HeadAngles head = Coordinates.HeadFromUnity(q[0], q[1], q[2], q[3]);
        Program.Line(new[] { head.Yaw, head.Pitch, head.Roll });
    }

    static double[] Numbers(string[] words) =>
        words.Skip(1).Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
}
