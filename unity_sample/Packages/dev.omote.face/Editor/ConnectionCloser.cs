using UnityEditor;
using UnityEngine;

namespace Omote.Editor
{
    /// <summary>Stops the threads of all connections before the editor unloads this code or quits.</summary>
    [InitializeOnLoad]
    static class ConnectionCloser
    {
        static ConnectionCloser()
        {
            AssemblyReloadEvents.beforeAssemblyReload += CloseAll;
            EditorApplication.quitting += CloseAll;
        }

        static void CloseAll()
        {
            foreach (OmoteReceiver receiver in Resources.FindObjectsOfTypeAll<OmoteReceiver>()) receiver.Close();
            foreach (OmoteController controller in Resources.FindObjectsOfTypeAll<OmoteController>()) controller.Close();
        }
    }
}
