using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace Omote
{
    /// <summary>The folder with the rings of this user's publishers: files <c>stream.generation.ring</c>.</summary>
    public static class RingFolder
    {
        static readonly Regex FileName = new Regex(@"^([A-Za-z0-9_-]{1,64})\.([0-9]{1,18})\.ring\z");

        /// <summary>The folder on this system; created by the first publisher.</summary>
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

        /// <summary>All files of a stream, newest generation first.</summary>
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

        /// <summary>The streams with files, sorted; their publishers may have ended.</summary>
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
                return new string[0]; // no folder: nothing has been published yet
            }
        }

        /// <summary>Splits "stream.generation.ring"; false for other names.</summary>
        static bool Split(string path, out string stream, out ulong generation)
        {
            Match name = FileName.Match(Path.GetFileName(path));
            stream = name.Groups[1].Value;
            generation = name.Success ? ulong.Parse(name.Groups[2].Value, CultureInfo.InvariantCulture) : 0;
            return name.Success;
        }

        /// <summary>The real user id from /proc, null on other systems than Linux.</summary>
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
