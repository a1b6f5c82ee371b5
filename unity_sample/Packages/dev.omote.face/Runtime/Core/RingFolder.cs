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

        /// <summary>
        /// The folders in which this user's rings are searched, in this order; those of other users are left out. The
        /// rule is that of protocol/frames/ring_files.py.
        /// </summary>
        public static List<string> Defaults
        {
            get
            {
                if (Path.DirectorySeparatorChar == '\\')
                {
                    string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
                    return new List<string> { Path.Combine(local, "Omote") };
                }
                string user = LinuxUserId();
                if (user == null) return new List<string> { Path.Combine(Path.GetTempPath(), "omote") };
                var folders = new List<string>();
                foreach (string runtime in new[] { Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), "/run/user/" + user })
                {
                    if (string.IsNullOrEmpty(runtime) || !runtime.StartsWith("/", StringComparison.Ordinal)) continue;
                    string folder = Path.Combine(runtime, "omote");
                    if (PrivateFolder.Is(runtime, user) == true && !folders.Contains(folder)) folders.Add(folder);
                }
                folders.Add("/dev/shm/omote-" + user);
                return folders;
            }
        }

        /// <summary>The folder that this user's publishers write into.</summary>
        public static string Default => Defaults[0];

        /// <summary>The streams of this user's publishers, sorted; those may have ended.</summary>
        public static List<string> Streams()
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (string folder in Defaults)
            {
                if (IsOwn(folder)) names.UnionWith(Streams(folder));
            }
            return new List<string>(names);
        }

        /// <summary>Whether the folder may be read: not one that another user of this machine has made.</summary>
        public static bool IsOwn(string folder)
        {
            if (Path.DirectorySeparatorChar == '\\') return true;
            string user = LinuxUserId();
            return user == null || PrivateFolder.Is(folder, user) != false;
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
