#include "OmoteFaceComponent.h"

#include "Camera/PlayerCameraManager.h"
#include "Components/MeshComponent.h"
#include "Engine/World.h"
#include "GameFramework/Actor.h"
#include "Kismet/GameplayStatics.h"
#include "Materials/MaterialInstanceDynamic.h"
#include "TextureResource.h"

#if PLATFORM_WINDOWS
#include "Windows/AllowWindowsPlatformTypes.h"
#endif
THIRD_PARTY_INCLUDES_START
#include "omote/omote.hpp"
THIRD_PARTY_INCLUDES_END
#if PLATFORM_WINDOWS
#include "Windows/HideWindowsPlatformTypes.h"
#endif

#include <memory>
#include <vector>

struct FOmoteLink
{
	FOmoteLink(const FString& Stream, int32 OscPort, int32 Priority)
		: Frames(TCHAR_TO_UTF8(*Stream)), Control("unreal", "127.0.0.1", static_cast<uint16>(OscPort), Priority)
	{
	}

	omote::RingReader Frames;
	omote::ControlSender Control;
	/** Buffer shared with the render thread; replaced by a new one while that thread still uses it. */
	std::shared_ptr<std::vector<uint8>> Pixels;
};

namespace
{
	FORCEINLINE float Radians(float Degrees) { return FMath::DegreesToRadians(Degrees); }
}

UOmoteFaceComponent::UOmoteFaceComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
	PrimaryComponentTick.TickGroup = TG_PrePhysics;
}

UOmoteFaceComponent::~UOmoteFaceComponent() = default;

void UOmoteFaceComponent::BeginPlay()
{
	Super::BeginPlay();
	Link = MakeUnique<FOmoteLink>(Stream, OscPort, Priority);
}

void UOmoteFaceComponent::EndPlay(const EEndPlayReason::Type Reason)
{
	Link.Reset();
	Super::EndPlay(Reason);
}

void UOmoteFaceComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* Tick)
{
	Super::TickComponent(DeltaTime, TickType, Tick);
	if (!Link)
	{
		return;
	}
	if (bViewFromCamera)
	{
		SendView();
	}
	Link->Control.send();
	ShowNewestFrame();
}

void UOmoteFaceComponent::ShowNewestFrame()
{
	// The render thread may still copy the last buffer: then this frame gets a new one.
	if (!Link->Pixels || Link->Pixels.use_count() > 1)
	{
		Link->Pixels = std::make_shared<std::vector<uint8>>();
	}
	omote::FrameInfo Info;
	if (Link->Frames.read(*Link->Pixels, Info) != omote::ReadResult::fresh)
	{
		return;
	}
	const int32 Width = static_cast<int32>(Info.width);
	const int32 Height = static_cast<int32>(Info.height);
	if (!Texture || Texture->GetSizeX() != Width || Texture->GetSizeY() != Height)
	{
		MakeTexture(Width, Height);
	}
	// Regions and pixels must live until the render thread has copied them.
	auto* Held = new std::pair<FUpdateTextureRegion2D, std::shared_ptr<std::vector<uint8>>>(
		FUpdateTextureRegion2D(0, 0, 0, 0, Info.width, Info.height), Link->Pixels);
	Texture->UpdateTextureRegions(
		0, 1, &Held->first, Info.stride, 4, Held->second->data(),
		[Held](uint8*, const FUpdateTextureRegion2D*) { delete Held; });
}

void UOmoteFaceComponent::MakeTexture(int32 Width, int32 Height)
{
	Texture = UTexture2D::CreateTransient(Width, Height, PF_R8G8B8A8);
	Texture->SRGB = true;
	Texture->UpdateResource();
	UMeshComponent* Mesh = GetOwner() ? GetOwner()->FindComponentByClass<UMeshComponent>() : nullptr;
	UMaterialInstanceDynamic* Material = Mesh ? Mesh->CreateDynamicMaterialInstance(MaterialSlot) : nullptr;
	if (Material)
	{
		Material->SetTextureParameterValue(TextureParameter, Texture);
	}
}

void UOmoteFaceComponent::SendView()
{
	const APlayerCameraManager* Camera = UGameplayStatics::GetPlayerCameraManager(this, 0);
	if (!Camera || !GetOwner())
	{
		return;
	}
	const FVector Place = GetOwner()->GetActorTransform().InverseTransformPosition(Camera->GetCameraLocation());
	const omote::View View = omote::view_from_unreal(Place.X, Place.Y, Place.Z, PortraitDistance);
	Link->Control.view(View.azimuth, View.elevation, View.distance);
}

void UOmoteFaceComponent::SetPose(float Yaw, float Pitch, float Roll)
{
	if (Link)
	{
		Link->Control.pose(Radians(Yaw), Radians(Pitch), Radians(Roll));
	}
}

void UOmoteFaceComponent::SetGaze(float Yaw, float Pitch)
{
	if (Link)
	{
		Link->Control.gaze(Radians(Yaw), Radians(Pitch));
	}
}

void UOmoteFaceComponent::SetExpression(FName Blendshape, float Value)
{
	if (Link)
	{
		Link->Control.expression(TCHAR_TO_UTF8(*Blendshape.ToString()), Value);
	}
}

void UOmoteFaceComponent::SetEmotion(FName Emotion, float Value, float Weight)
{
	if (Link)
	{
		Link->Control.emotion(TCHAR_TO_UTF8(*Emotion.ToString()), Value, Weight);
	}
}

FString UOmoteFaceComponent::GetProblem() const
{
	return Link ? FString(UTF8_TO_TCHAR(Link->Frames.problem().c_str())) : FString();
}
