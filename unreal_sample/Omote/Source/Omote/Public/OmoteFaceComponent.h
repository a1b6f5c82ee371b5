// Shows the newest frame of an Omote runtime on this machine as a texture, and drives its layers.
//
// Add it to an actor, name the mesh and the material's texture parameter, and start: omote run

#pragma once

#include "Components/ActorComponent.h"
#include "CoreMinimal.h"
#include "Engine/Texture2D.h"

#include "OmoteFaceComponent.generated.h"

class UMaterialInstanceDynamic;
class UMeshComponent;
struct FOmoteLink;

UCLASS(ClassGroup = (Omote), meta = (BlueprintSpawnableComponent))
class OMOTE_API UOmoteFaceComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UOmoteFaceComponent();
	virtual ~UOmoteFaceComponent() override;

	/** The shared-memory stream; "omote" unless the runtime runs with --stream. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Picture")
	FString Stream = TEXT("omote");

	/** The material slot of the owner's first mesh that shows the face. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Picture")
	int32 MaterialSlot = 0;

	/** The texture parameter of that material. The picture has straight alpha and is sRGB. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Picture")
	FName TextureParameter = TEXT("Face");

	/** The face, null before the first frame. A new object when the size changes. */
	UPROPERTY(BlueprintReadOnly, Transient, Category = "Omote|Picture")
	TObjectPtr<UTexture2D> Texture;

	/** UDP port of the runtime for OSC. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Control")
	int32 OscPort = 9570;

	/** Of several drivers of a layer the higher priority wins. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Control")
	int32 Priority = 0;

	/** Whether the player's camera moves the view layer. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Control")
	bool bViewFromCamera = false;

	/** The camera's distance, in centimetres, that shows the face as in its portrait. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Omote|Control", meta = (ClampMin = "1"))
	float PortraitDistance = 100.0f;

	/** Degrees: yaw + to the face's own left, pitch + up, roll + towards its right shoulder. Holds for a second. */
	UFUNCTION(BlueprintCallable, Category = "Omote|Control")
	void SetPose(float Yaw, float Pitch, float Roll);

	/** Degrees, relative to the head; signs as in the pose. */
	UFUNCTION(BlueprintCallable, Category = "Omote|Control")
	void SetGaze(float Yaw, float Pitch);

	/** An ARKit blendshape such as jawOpen, 0 to 1. */
	UFUNCTION(BlueprintCallable, Category = "Omote|Control")
	void SetExpression(FName Blendshape, float Value);

	/** happy, sad, angry, surprised, afraid, disgusted, contemptuous or relaxed, 0 to 1; Weight: strength of the emotion filter. */
	UFUNCTION(BlueprintCallable, Category = "Omote|Control")
	void SetEmotion(FName Emotion, float Value, float Weight = 1.0f);

	/** The reason why there is no picture; empty while there is one. */
	UFUNCTION(BlueprintPure, Category = "Omote|Picture")
	FString GetProblem() const;

	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type Reason) override;
	virtual void TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* Tick) override;

private:
	void ShowNewestFrame();
	void MakeTexture(int32 Width, int32 Height);
	void SendView();

	/** Sockets and files, hidden so that this header includes no system headers. */
	TUniquePtr<FOmoteLink> Link;
};
