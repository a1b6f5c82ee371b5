using System;
using UnityEngine;

namespace Omote
{
    /// <summary>
    /// Drives the runtime's face: sends the chosen layers once per rendered frame, after animation. When it is
    /// disabled, the layers go to the next driver, or to the idle motion, within a second.
    /// </summary>
    [AddComponentMenu("Omote/Omote Controller")]
    public sealed partial class OmoteController : MonoBehaviour
    {
        IControlSender _sender;
        ControlMessage[] _messages;
        string _refusal;
        ControlRoad _openRoad;
        string _openAddress, _openDriver;

        /// <summary>
        /// Disconnects and stops all threads, so that code can be unloaded; the next update connects again.
        /// </summary>
        public void Close()
        {
            _sender?.Dispose();
            _sender = null;
            _refusal = null;
        }

        /// <summary>Resets every value to neutral.</summary>
        public void SetNeutral()
        {
            pose = PoseValues.Neutral;
            expression = new ExpressionValues();
            gaze = new GazeValues();
            emotion = new EmotionValues();
            view = ViewValues.Neutral;
        }

        void OnDisable() => Close();

        void LateUpdate()
        {
            if (!IsOpen()) return;
            if (_viewCamera != null) TakeView();
            if (_head != null) TakeHead();
            if (Begin(DrivenLayers.Pose, Layer.Pose, out ControlMessage message)) pose.PutInto(message);
            Finish(message);
            if (Begin(DrivenLayers.Expression, Layer.Expression, out message)) expression.PutInto(message);
            Finish(message);
            if (Begin(DrivenLayers.Gaze, Layer.Gaze, out message)) gaze.PutInto(message);
            Finish(message);
            if (Begin(DrivenLayers.Emotion, Layer.Emotion, out message))
            {
                emotion.PutInto(message);
                message.Weight = Mathf.Clamp01(_emotionWeight);
            }
            Finish(message);
            if (Begin(DrivenLayers.View, Layer.View, out message)) view.PutInto(message);
            Finish(message);
        }

        /// <summary>Opens the connection that the properties name; reopens it when they change.</summary>
        bool IsOpen()
        {
            bool isSame = _openRoad == _road && _openAddress == _address && _openDriver == _driver;
            if (isSame && (_sender != null || _refusal != null)) return _sender != null;
            Close();
            _openRoad = _road;
            _openAddress = _address;
            _openDriver = _driver;
            try
            {
                bool isUsual = string.IsNullOrEmpty(_address);
                _sender = _road == ControlRoad.ZeroMq
                    ? (IControlSender)new ControlSender(isUsual ? Ports.ControlAddress : _address)
                    : new OscSender(isUsual ? Ports.OscAddress : _address);
                _messages = new ControlMessage[5];
                for (int i = 0; i < _messages.Length; i++) _messages[i] = new ControlMessage((Layer)i, _driver);
                return true;
            }
            catch (ArgumentException error)
            {
                _refusal = error.Message;
                Debug.LogWarning("Omote: " + _refusal, this);
                return false;
            }
        }

        /// <summary>Whether a layer is driven, and its message without values; null when it is not.</summary>
        bool Begin(DrivenLayers wanted, Layer layer, out ControlMessage message)
        {
            message = (_layers & wanted) != 0 ? _messages[(int)layer] : null;
            if (message == null) return false;
            message.Clear();
            message.Priority = _priority;
            return true;
        }

        void Finish(ControlMessage message)
        {
            if (message != null) _sender.Send(message);
        }

        void TakeView()
        {
            Transform before = _face != null ? _face : transform;
            Vector3 place = before.InverseTransformPoint(_viewCamera.position);
            View seen = Coordinates.ViewFromUnity(place.x, place.y, place.z, _portraitDistance);
            view.azimuth = (float)(seen.Azimuth / Layers.Radian);
            view.elevation = (float)(seen.Elevation / Layers.Radian);
            view.distance = (float)seen.Distance;
        }

        void TakeHead()
        {
            Quaternion turn = _head.localRotation;
            HeadAngles angles = Coordinates.HeadFromUnity(turn.x, turn.y, turn.z, turn.w);
            pose.yaw = (float)(angles.Yaw / Layers.Radian);
            pose.pitch = (float)(angles.Pitch / Layers.Radian);
            pose.roll = (float)(angles.Roll / Layers.Radian);
        }
    }
}
