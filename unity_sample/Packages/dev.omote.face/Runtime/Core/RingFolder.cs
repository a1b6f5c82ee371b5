using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace Omote
{
    /// <summary>Where publishers of this user put their rings: files <c>stream.generation.ring</c>.</summary>
    public static class RingFolder
    {
        const string Suffix = ".ring";

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
                return Directory.GetFiles(folder, "*" + Suffix);
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                return new string[0]; // no folder: nobody has published yet
            }
        }

        static bool Split(string path, out string stream, out ulong generation)
        {
            string name = Path.GetFileName(path);
            string stem = name.Substring(0, name.Length - Suffix.Length);
            int dot = stem.LastIndexOf('.');
            stream = dot > 0 ? stem.Substring(0, dot) : "";
            return ulong.TryParse(stem.Substring(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                                  out generation) && dot > 0;
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
