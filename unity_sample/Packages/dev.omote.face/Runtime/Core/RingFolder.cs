using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace Omote
{
    /// <summary>Where publishers of this user put their rings: files <c>stream.generation.ring</c>.</summary>
    public static class RingFolder
    {
        static readonly Regex FileName = new Regex(@"^([A-Za-z0-9_-]{1,64})\.([0-9]{1,18})\.ring\z");

        /// <summary>The folder on this system; it exists only once something was published.</summary>
        public static string Default
        {
            get
            {
                if (Path.DirectorySeparatorChar == '\\')
                {
                    string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
                    return Path.Combine(local, "Omote");
                }
                string user = LinuxUserId();
                return user != null ? "/dev/shm/omote-" + user : Path.Combine(Path.GetTempPath(), "omote");
            }
        }

        /// <summary>Every file of a stream, newest generation first; empty when there is none.</summary>
        public static List<string> FilesOf(string folder, string stream)
        {
            var found = new List<KeyValuePair<ulong, string>>();
            foreach (string path in Files(folder))
            {
                if (Split(path, out string name, out ulong generation) && name == stream)
                {
                    found.Add(new KeyValuePair<ulong, string>(generation, path));
                }
            }
            found.Sort((a, b) => b.Key.CompareTo(a.Key));
            return found.ConvertAll(one => one.Value);
        }

        /// <summary>The streams there are files of, in order; their publishers may have ended.</summary>
        public static List<string> Streams(string folder)
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string path in Files(folder))
            {
                if (Split(path, out string name, out _)) names.Add(name);
            }
            return new List<string>(names);
        }

        static string[] Files(string folder)
        {
            try
            {
                return Directory.GetFiles(folder, "*.ring");
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                return new string[0]; // no folder: nobody has published yet
            }
        }

        /// <summary>"stream.generation.ring"; a name that is none of ours is not split.</summary>
        static bool Split(string path, out string stream, out ulong generation)
        {
            Match name = FileName.Match(Path.GetFileName(path));
            stream = name.Groups[1].Value;
            generation = name.Success ? ulong.Parse(name.Groups[2].Value, CultureInfo.InvariantCulture) : 0;
            return name.Success;
        }

        /// <summary>The real user id as Linux tells it to every process, null elsewhere.</summary>
        static string LinuxUserId()
        {
            try
            {
                foreach (string line in File.ReadLines("/proc/self/status"))
                {
                    if (line.StartsWith("Uid:", StringComparison.Ordinal)) return line.Split('\t')[1];
                }
            }
            catch (IOException)
            {
                // not Linux
            }
            return null;
        }
    }
}
