using UnityEditor;
using UnityEngine;

namespace Omote.Editor
{
    /// <summary>The receiver's inspector: streams and material textures to choose from, and the newest frame.</summary>
    [CustomEditor(typeof(OmoteReceiver)), CanEditMultipleObjects]
    sealed class OmoteReceiverEditor : UnityEditor.Editor
    {
        SerializedProperty _source, _stream, _address, _targetTexture, _targetRenderer, _targetMaterialProperty;

        void OnEnable()
        {
            _source = serializedObject.FindProperty("_source");
            _stream = serializedObject.FindProperty("_stream");
            _address = serializedObject.FindProperty("_address");
            _targetTexture = serializedObject.FindProperty("_targetTexture");
            _targetRenderer = serializedObject.FindProperty("_targetRenderer");
            _targetMaterialProperty = serializedObject.FindProperty("_targetMaterialProperty");
        }

        /// <summary>Repaints while frames arrive.</summary>
        public override bool RequiresConstantRepaint() => true;

        public override void OnInspectorGUI()
        {
            serializedObject.Update();
            EditorGUILayout.PropertyField(_source);
            if (_source.hasMultipleDifferentValues || _source.enumValueIndex == (int)FrameRoad.SharedMemory)
            {
                StreamDropDown.Draw(_stream);
            }
            if (_source.hasMultipleDifferentValues || _source.enumValueIndex == (int)FrameRoad.ZeroMq)
            {
                EditorGUILayout.PropertyField(_address);
            }
            EditorGUILayout.Space();
            EditorGUILayout.PropertyField(_targetTexture);
            EditorGUILayout.PropertyField(_targetRenderer);
            MaterialPropertyDropDown.Draw(_targetRenderer, _targetMaterialProperty);
            serializedObject.ApplyModifiedProperties();
            if (targets.Length == 1) DrawState((OmoteReceiver)target);
            // outside play mode the editor updates only on request
            if (!Application.isPlaying) EditorApplication.QueuePlayerLoopUpdate();
        }

        static void DrawState(OmoteReceiver receiver)
        {
            if (receiver.problem.Length > 0)
            {
                EditorGUILayout.HelpBox(receiver.problem, MessageType.Info);
                return;
            }
            FrameHeader frame = receiver.metadata;
            if (receiver.texture == null) return;
            string kind = (frame.Flags & FrameFlags.Synthetic) != 0 ? "synthetic" : "a photograph";
            EditorGUILayout.HelpBox(
                frame.Width + " x " + frame.Height + ", frame " + frame.FrameId + ", " + kind, MessageType.None);
        }
    }
}
