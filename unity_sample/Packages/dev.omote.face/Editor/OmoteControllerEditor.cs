using UnityEditor;
using UnityEngine;

namespace Omote.Editor
{
    /// <summary>The controller's inspector: its fields, a button for neutral, and the connection's problem.</summary>
    [CustomEditor(typeof(OmoteController))]
    sealed class OmoteControllerEditor : UnityEditor.Editor
    {
        public override bool RequiresConstantRepaint() => Application.isPlaying;

        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var controller = (OmoteController)target;
            if (GUILayout.Button("All values to neutral"))
            {
                Undo.RecordObject(controller, "Omote: neutral");
                controller.SetNeutral();
            }
            if (!Application.isPlaying)
            {
                EditorGUILayout.HelpBox("Values are sent in play mode.", MessageType.None);
            }
            else if (controller.problem.Length > 0)
            {
                EditorGUILayout.HelpBox(controller.problem, MessageType.Info);
            }
        }
    }
}
